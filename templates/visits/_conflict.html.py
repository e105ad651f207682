BBBB BBBB BBBBBBBBBB
 _("Somebody else has saved this visit since you opened it") 
  XXX gettext(u'It was saved on %(at)s and is “%(state)s” now. What you typed is in the form below and has not been stored. Compare, and save again to replace what stands now.') SS SSS SSSSS SS SSSSSS SSS SS SSSSSSSSSSS SSSS SSSS SSS SSSSS SS SS SSS SSSS SSSSS SSS SSS SSS SSSS SSSSSSS SSSSSSSS SSS SSSS SSSSS SS SSSSSSS SSSS SSSSSS SSSSXXXX
  BB BBB BBBBBBBBBBBBBXXX gettext(u'In this state the visit cannot be changed: copy what you need before you leave this page.') XXXXBBBBB
BBBBBBBBBB
 _("What differs") 
  XXXXXXXXXXXXXX XXXXXXXXXXXX gettext(u'Field') XXXXXXXX XXXXXXXXXXXX gettext(u'Stands now') XXXXXXXX XXXXXXXXXXXX gettext(u'You typed') XXXXXXXXXXXXXXXXXX
  XXXXXXX
    BBB BBBBBBBBBB BB BBBBBBBBBBB
      XXXXXXX XXXXXXXXXXXXFFFFFFFFXXXXXXXXXFFFFFFFFFFFFXXXXXXXXXFFFFFFFFFFFFXXXXXXXXXX
    BBBBB
      XXXXXXX XXXXXXXXXXXX gettext(u'Nothing: both say the same.') XXXXXXXXXX
    BBBBBB
  XXXXXXXX
BBBBBBBBBBBBBB
