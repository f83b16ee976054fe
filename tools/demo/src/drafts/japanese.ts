import type { Draft } from '../draft.js';

/** Drafts in Japanese; one tag has a middle dot. */
export const japanese: readonly Draft[] = [
  { text: '終電を逃したので、海まで歩くことにした。月が明るい。 #夜の散歩' },
  {
    text: '今朝の港。漁から戻った船と、待ちくたびれた猫。 #写真 #photo',
    picture: '朝の港に並ぶ漁船と、岸壁に座る三毛猫',
  },
  { text: '新しい急須で淹れたお茶が、なぜか祖母の家の味がする。 #お茶' },
  { text: '古いカメラを直してもらった。シャッターの音だけで一日うれしい。 #フィルム・カメラ' },
  { text: '雨の日の過ごし方は？', poll: ['読書', 'お菓子作り', 'ずっと寝る'] },
];
