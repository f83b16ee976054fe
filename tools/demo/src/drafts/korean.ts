import type { Draft } from '../draft.js';

/** Drafts in Korean. */
export const korean: readonly Draft[] = [
  { text: '첫눈이 온다는 말에 동네 사람들이 모두 창문을 열었다. #첫눈' },
  {
    text: '골목 끝 작은 책방에서 오늘의 문장을 하나 사 왔어요. #photo #책방',
    picture: '작은 책방의 나무 문과 그 앞에 놓인 화분 두 개',
  },
  { text: '김치찌개는 둘째 날이 제일 맛있다. 이견은 받지 않습니다. #집밥' },
];
