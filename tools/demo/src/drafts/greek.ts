import type { Draft } from '../draft.js';

/** What people write in Greek; the tags end in a final sigma now and then. */
export const greek: readonly Draft[] = [
  { text: 'Το πλοίο άργησε, αλλά το ηλιοβασίλεμα ήταν στην ώρα του. #θάλασσα' },
  {
    text: 'Καλημέρα από το νησί με δύο καφέδες και μία γάτα. #photo #Καφές',
    picture: 'Δύο φλιτζάνια καφέ σε ένα μπλε τραπέζι και μια γάτα κάτω από την καρέκλα',
  },
  { text: 'Ψάχνω παλιές συνταγές για κουλουράκια. Όποιος έχει τετράδιο της γιαγιάς, ας μιλήσει τώρα. #συνταγές' },
];
