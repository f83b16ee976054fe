/** Sentences in several languages and scripts, to build statuses of; written for this benchmark. */
export const phrases: Readonly<Record<string, readonly string[]>> = {
  en: [
    'The ferry was late again, but the light over the harbour made up for it.',
    'Does anyone have a sourdough recipe that forgives a person who forgets to feed the starter?',
    'We finally moved the mail server, and nothing broke that was not broken before.',
    'Three herons on the allotment this morning, standing about like a committee.',
    'They say that letters have gone out of fashion, so I wrote two today.',
    'The new tram line opens on Saturday; bring cake.',
  ],
  de: [
    'Heute früh lag Raureif auf den Dächern, und die Straßenbahn fuhr trotzdem pünktlich.',
    'Wer Äpfel übrig hat: Wir pressen am Sonntag wieder Saft im Gemeinschaftsgarten.',
    'Das Fahrrad steht jetzt repariert im Hof, die Klingel klingt allerdings wie ein Frosch.',
    'Nach dem dritten Versuch ist der Strudelteig endlich so dünn, dass man Zeitung durch ihn lesen kann.',
  ],
  pt: [
    'Choveu a tarde inteira e o gato decidiu que a janela é a melhor televisão que existe.',
    'Alguém sabe onde se compra papel de arroz na zona norte? O da esquina fechou.',
    'A feira de domingo voltou, com pão de queijo, violão desafinado e muita conversa.',
    'Terminei o livro às três da manhã e não me arrependo nem um pouco.',
  ],
  ru: [
    'Сегодня впервые за зиму вышло солнце, и весь двор высыпал на скамейки.',
    'Бабушкин рецепт вареников оказался проще, чем я думала, но на кухне теперь мука везде.',
    'Поезд опоздал на час, зато в вагоне нашлась гитара и два человека, которые умеют на ней играть.',
    'Кто-нибудь уже пробовал собирать ядро на старом ноутбуке? У меня он греется, как печка.',
  ],
  el: [
    'Το πρωί η θάλασσα ήταν λάδι και οι γλάροι έκαναν συνέλευση στον μώλο.',
    'Έφτιαξα σπανακόπιτα χωρίς συνταγή, από μνήμης, και βγήκε σχεδόν σαν της γιαγιάς.',
    'Ο δρόμος για το χωριό έκλεισε πάλι, οπότε καθόμαστε στο καφενείο και περιμένουμε.',
  ],
  ja: [
    '朝の市場で大きな大根を二本買ったら、隣のおばさんが柚子をおまけしてくれた。',
    '新しい天文台の公開日は来週の土曜日だそうです。晴れるといいですね。',
    '雨の日の喫茶店で、古いレコードを聴きながら原稿の続きを書いています。',
    '猫がキーボードの上で寝てしまったので、今日の作業はここまで。',
  ],
  ko: [
    '오늘 아침 산책길에 첫눈이 내려서 강아지가 한참을 뛰어다녔어요.',
    '새로 생긴 작은 책방에 들렀다가 계획에 없던 시집을 세 권이나 샀습니다.',
    '김장을 끝냈더니 허리가 아프지만 냉장고를 보면 든든하네요.',
  ],
  hi: [
    'आज सुबह छत पर बैठकर चाय पी और पड़ोस के बच्चों की पतंगें देखीं।',
    'पुरानी लाइब्रेरी फिर से खुल गई है, इस बार शाम आठ बजे तक।',
    'माँ ने बताया कि अचार में असली स्वाद धूप से आता है, मसाले से नहीं।',
  ],
  ar: [
    'صباح الخير من السوق القديم، رائحة القهوة والهيل تملأ المكان كله.',
    'انتهيت أخيرًا من ترتيب المكتبة، ووجدت رسالة عمرها عشرون سنة بين صفحات كتاب.',
    'هل يعرف أحد مكانًا جيدًا لإصلاح الآلات الموسيقية القديمة في وسط المدينة؟',
  ],
  th: ['วันนี้ฝนตกทั้งวัน เลยนั่งอ่านหนังสืออยู่ริมหน้าต่างกับแมวสองตัว', 'ตลาดเช้าริมคลองกลับมาเปิดแล้ว ข้าวต้มเจ้าเดิมยังอร่อยเหมือนเคย'],
};

/** The languages that statuses are written in. */
export const languages: readonly string[] = Object.keys(phrases);
