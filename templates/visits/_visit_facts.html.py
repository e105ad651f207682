BBBB BBBB BBBBBBBBBB
XXXX gettext(u'The visit') XXXXX
BBBBBBBBBBBB
   _("Place") 
  BB BBBBBBBBBBBBBBBBBB _("Unit of") BBBBB
   _("Setting") 
   _("Jurisdiction") 
  BBB BBBB BB BBBBBB
    BB BBBBBBBBBBBBB _("Lead body") BBBB _("Partner body") BBBBB
  BBBBBB
  BB BBBBBBBBBBBBBBB BB BBBBBBBBBBBBB
     _("Day") 
  BBBB
     _("First day")  _("Last day") 
  BBBBB
   _("Time in") 
   _("Time out") 
   _("Kind") 
   _("Notice") 
   _("Mode") 
   _("Trigger") 
   _("Outcome") 
   _("Judgement of the place") 
   _("Confidentiality") 
  BB BBBBBBBBBBBBBBBBBBBBBBBBBB _("Why the body visited outside its remit") BBBBB
BBBBBBBBBBBBBBBB
XXXX gettext(u'Access') XXXXX
BBBBBBBBBBBB
   _("Access") 
  BB BBBBBBBBBBBB BB BBBBBBBBB _("Delay in minutes") BBBBB
  BB BBBBBBBBBBBBBBBBBBBBBBBB BB BBBBBBBBBBBBBBBBBBB _("Reason given") BBBBB
  BB BBBBBBBBBBBBBBBBB _("What was not accessible, and who decided") BBBBB
BBBBBBBBBBBBBBBB
XXXX gettext(u'Numbers of people') XXXXX
BBBBBBBBBBBB
  BBB BBBBBB BBBBB BB BBBBBBBBBBB BBBBBBBBBBBBBB BBBBBBBBBBB
BBBBBBBBBBBBBBBB
XXXX gettext(u'Summary') XXXXX
BB BBBBBBBBBBBBBFFFFFFFFFFBBBBXX XXXXXXXXXXXXXXXX gettext(u'Not recorded') XXXXBBBBB
