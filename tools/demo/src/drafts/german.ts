import type { Draft } from '../draft.js';

/** Drafts in German. */
export const german: readonly Draft[] = [
  { text: 'Heute im Laden: Roggenbrot, Zimtschnecken und ein sehr müder Bäcker. Moin. #Bäckerei #Frühstück' },
  {
    text: 'Der Sauerteig hat über Nacht den Deckel gehoben. Er will raus. #Backen #photo',
    picture: 'Ein Einmachglas, aus dem Teig quillt; der Deckel liegt schief obenauf',
  },
  { text: 'Wer hat eigentlich entschieden, dass Straßenbahnen genau dann klingeln, wenn man gähnt? #Straßenbahn' },
  {
    text: 'Was kommt am Sonntag auf den Kuchen? #Backen',
    poll: ['Zwetschgen', 'Äpfel', 'Streusel, nur Streusel'],
  },
  {
    text: 'Nebel über den Schrebergärten, und irgendwo übt jemand Posaune. #photo #Garten',
    picture: 'Gartenlauben im Morgennebel, davor ein Zaun mit Tautropfen',
  },
  { text: 'Repaircafé gestern: elf Toaster, neun gerettet. Zwei haben wir würdig verabschiedet. #Reparieren' },
  { text: 'Übermorgen großes Aufräumen am Fluss. Handschuhe bringen wir mit, gute Laune bitte selbst. #Ehrenamt' },
];
