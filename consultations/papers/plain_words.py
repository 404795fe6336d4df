"""Words that may begin with a capital letter and are nobody's name: as sentences begin, or as the field writes them.

Left out on purpose, although they are ordinary words too: whatever is also a first name or a surname (Mark, Grace,
Hope, Brown, Young as the second of two). A word that is missing here costs the reader of the list one click; a name
that stands here would stay in the copy.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Parts of surnames that are written small; with a capital letter they may be a name of their own.
PARTICLES = _words("al bin bint da de del della den der di do dos du el ibn la le ten ter van von")
# Small words. Where one of them is also a name (Will, May), it stays where it is written in small letters.
SMALL = _words("""
    a about above across after again against ago ahead all almost along already also although always am among an
    and another any anybody anyone anything anyway apart are around as aside at away back be because been before
    behind being below beside besides between beyond both but by can cannot could did
    do does doing done down du during each either else enough et etc even ever every everybody everyone
    everything except far few first for from further had has have having he hence her here hers herself him himself
    his how however i if in indeed inside instead into is it its itself last later least less like many may
    maybe me mine might more most much must my myself near nearly neither never next no nobody none nor not nothing
    now nowhere of off often ok okay on once one only onto or other others otherwise our ours ourselves out outside
    over own per perhaps possibly quite rather really same seldom several shall she should since so some somebody
    someone something sometimes somewhere soon still such than that the their theirs them themselves then there
    therefore these they this those though three through throughout till to today together tomorrow too towards two
    under unless until up upon us usually very via was we well were what whatever when whenever where whether
    which while who whoever whole whom whose why will with within without would yes yesterday yet you your yours
    yourself
    """)
# Words before a name that say who somebody is.
TITLES = _words("""
    mr mrs ms miss mx dr doctor prof professor sir madam lady lord pc dc ds dci sgt sergeant constable inspector
    judge councillor cllr rev reverend father sister brother imam rabbi nurse coach auntie aunty aunt uncle nan gran
    grandma grandad mum mummy dad daddy mother stepmother stepfather mama papa
    """)
MONTHS = _words("january february march april may june july august september october november december")
# What makes a run of capitalised words a place, a school or an organisation.
PLACES = _words("""
    academy alley arcade arena association avenue bank bridge cafe canal centre church cinema close club college common
    community corner council court crescent drive estate field fields flats football foundation garden gardens gate
    green gym hall heath high hill hospital hostel hotel house hub juniors kiosk lane library line lock lodge market
    mall mosque park parade place playground pool primary pru road roundabout route row school secondary service
    services shop shopping skatepark square stadium station station's street surgery synagogue team temple terrace
    tower trust tube underpass unit university village walk ward way woods yard youth
    """)
_OTHERS = _words("""
    able absent absence abuse abused abusive accept accepted according account action actions active activities
    activity actually add added additional address adult adults advice advised afraid afternoon age aged agencies
    agency agree agreed aim alert allegation allegations alleged allow allowed alone angry anger annual answer
    answered anxiety anxious apparently appear appeared appears appointment approach april area areas argued argument
    arguments arranged arrest arrested arrived ask asked asking assault assaulted assessed assessment assessments
    associate associated associates attempt attempted attend attendance attended attending attends attitude august
    autism avoid avoids aware awareness bail barrier barriers based became become becomes becoming bed began
    begin begins behaviour believe believed believes better bike bit blade blocked board body bought boy
    boyfriend boys break breakdown bring broke brother brothers brought building bullied bullying bus busy call called
    calls came camera camhs cannabis car care carer carers careful caring carried carries carry carrying case cases
    cash caught caused caution ceop challenge challenges change changed changes charge charged chat check checked
    child children childhood choose chose christmas cin circle class classes clear clearly clothes coming commissioned
    common community compared concern concerned concerns conference confident confirmed conflict connected connection
    connections consent consider considered consultation contact contacted contacts context contexts contextual
    continue continued continues control controlled conversation conversations coordinator council county couple
    course court cousin cousins cp criminal crime crimes crisis cse csc current currently custody dad daily damage
    danger dangerous date dates daughter days deal dealers dealing debt debts december decided decision delay
    demanded denied denies deputy describe described describes designated despite detached details detention develop
    developed development did diagnosed diagnosis difficult difficulties disability disclosed disclosure discuss
    discussed discussion disengaged displayed domestic door drink drinking drop dropped drove drug drugs due dv dynamic
    dynamics easily easter easy eat eats edge education educational effort ehcp email emergency emotional
    emotionally employed employment encourage encouraged end ended english engage engaged engagement engages engaging
    enjoyed enjoys entered environment escalated especially ethnicity evening evenings event events eventually
    evidence exam exams example excluded exclusion existing expect expected experience experienced experiences explain
    explained exploitation exploited explore express expressed external extra facebook facetime failed families family
    fear fearful february feedback feel feeling feelings feels fell felt female fight fighting fights finally financial
    find finds fine firm fixed flat focus follow followed follower following follows food football force forced form
    former forum forward found foster free frequent frequently friday friend friends friendship friendships frightened
    front full fun funded future game games gaming gang gangs gate gave gcse gender general generally get gets getting
    gifts girl girlfriend girls give given gives giving go goes going gone google got gp grandmother grandfather
    grandparents great grooming groomed grounds group groups grow growing guardian guidance half hanging happen
    happened happens happy hard harm harmed harmful head headteacher health hear heard hearing held help helped
    helpful helping helps hidden high history hit holding holiday holidays home homes homeless homework hospital hours
    housing hub huge hurt idea ideally identified identify identity immediate impact important improve improved
    improvement incident incidents including income increase increased increasing increasingly independent individual
    influence influenced influences information informed initial initially injured injuries injury instagram
    intelligence interested interests internet intervention interventions interview involved involvement iopc isolated
    issue issues iphone ipad january job join joined joint july june just juvenile keen keep keeping keeps kept key
    kicked kid kids kind knew knife knives know knowledge known knows lack lad lads landlord language large largely
    late lately law lead leader leadership leads learn learned learning leave leaves leaving led left legal leisure
    length lesson lessons level lied life light lighting likely likes limited limits link linked links list listen
    listened listens live lived lives living loan local locality location locations locked london look
    looked looking looks lose loss lost lot loved loves low lunch made main mainly mainstream maintain make makes
    making male manage managed management manager man march mash maths matter means mediation medical medication meet
    meeting meetings meets member members men mental mentioned mentor mentoring message messages met middle mind minor
    minutes missed misses missing mission misuse mixed mobile moment monday money monitor monitored month monthly
    months mood morning mosaic mother motivated move moved moves moving multi multiagency murder music named names
    national nearby necessary need needed needs negative neet neglect neighbour neighbourhood neighbours net network
    networks new newly news nhs nice night nights noise normal north note noted notes notice noticed november nrm
    number nurse occasion occasionally occasions october offence offences offended offending offer offered offers
    office officer officers older online open opened opportunities opportunity order orders organised original
    overall overnight owed owes owner paid pair panel parent parental parents parenting park part particularly
    partner partners partnership party passed past pastoral pattern patterns pay peer peers people perceived period
    permanent permanently permission person personal phone phones photo photos physical physically picked pictures
    place placed placement places plan planned planning plans play played playing plays please point police
    policing poor positive possession possible post pre present presentation presented presenting presents pressure
    pressured pressurised prevent previous previously primary prior prison private probably probation problem problems
    process professional professionals profile project promised property protect protected protection protective
    provide provided provides provision pru psychologist public pull pulled punished pupil pupils push pushed put puts
    question questioned questions quickly quiet quietly racism raised ran rarely reached ready real reason reasons
    received recent recently record recorded records recruited recruitment red reduce reduced refer referral referrals
    referred referrer reflect reflected refused refuses regarding regular regularly related relation relations
    relationship relationships relative relatives released religion remain remained remains remand remanded remember
    removed repeated repeatedly report reported reportedly reports request requested required residence resident
    residential residents resist response responded restless result results return returned returning returns review
    reviewed ride rides right rights risk risks risky road robbed robbery role room route routine rude rules run
    running runs sad safe safeguarding safely safer safety said sanctions saturday saw say saying says scared school
    schools screening search searched second secondary secretive section security see seeing seem seemed seems seen
    self sen sencan senco send sending sends sense sent sentence separate separated september serious seriously serve
    service services sessions set sets settled sexual sexually share shared shares sharing sharp shop shops
    shouted show showed shown shows sibling siblings sick side signed significant signs similar single sister sisters
    situation six skate skills sleep sleeping sleeps slept slow small smell smoke smoked smokes smoking snapchat
    social solicitor son sort sound south space spaces speak speaking speaks special specialist spend spending spends
    spent split spoke spoken sport sports spotted stabbed stabbing staff stage standing start started starting
    starts state stated statement states station statutory stay stayed staying stays step stole stolen stood stop
    stopped stopping stops stories story straight strategy street streets strength strengths stress stressed strict
    strong struggle struggled struggles struggling student students subject subsequently substance substances
    successful suddenly suffered suffers suggest suggested suicidal suicide suitable sunday supervised
    supervision supplied supply support supported supporting supportive supports supposed sure surgery suspected
    suspended suspension suspicion suspicious swimming system systems take taken takes taking talk talked talking
    talks target targeted teacher teachers teaching team teams teenage tell telling tells temporary tend tends
    tension term terms text texted texts thank therapy things think thinking thinks thought thoughts threat threaten
    threatened threatening threats threw thursday tied tiktok time times tired told took town traffic trafficked
    trafficking train trained trainers training transferred transition transport trauma travel travelled travels
    treated tried tries trip trouble true trust trusted trusts truth try trying tuesday turned twice twitter type
    typical unable uncertain unclear understand understanding understands understood uniform uninvited unknown
    unlikely unsafe unsure unusual unwell update updated upset use used uses using vape vapes vaping various vehicle
    verbal victim victims video videos view views violence violent visit visited visiting visits voice voluntary
    vulnerabilities vulnerability vulnerable wait waited waiting wakes walk walked walking walks want wanted wanting
    wants warned warning watch watched watching weapon weapons wear wearing wears wednesday week weekend weekends
    weekly weeks weight welfare went west whatsapp wider willing wish wishes witness witnessed woman women work
    worked worker workers working works worried worries worry worse worth write written wrong year years yes yesterday
    yjs yot yots younger youngest youth youths youtube yp yps
    arrange ask attend book bring build check clarify complete confirm consult contact create draft ensure establish
    explain explore feed find finish follow gather invite look map meet mapping notify obtain prepare raise request
    research seek send set share signpost speak step support tell track turn turns update visit write
    afghan african albanian arabic asian bangladeshi bengali brazilian british bulgarian caribbean chinese colombian
    congolese cypriot egyptian eritrean ethiopian european ghanaian greek gujarati hindi hindu indian iranian iraqi
    jamaican jewish kurdish lithuanian moroccan muslim nepalese nigerian pakistani pashto polish portuguese punjabi
    romanian scottish sikh somali spanish sudanese swahili sylheti syrian tamil tigrinya turkish ukrainian urdu
    vietnamese welsh
    asb atm adhd asd bame cct cctv cfs cja cla cme ccg dfe dsl dols eha eet efe ehe fgc fgm frt ga gbh abh hsb
    hsc htt iro isa isva idva ict ks ldn lac lado leap ltft macr mace marac mappa misper mh moj nai nfa nvr ofsted
    ootd pcso pep phse pshe prevent ptsd qa ra rag reap rapt s17 s20 s47 scr scp sgo sis sw sws tac taf tics uasc
    ucas uk vpn wmp
""")
ORDINARY = _OTHERS | SMALL | TITLES | MONTHS
# Ordinary words that are proposed all the same where they have a capital letter in the middle of a sentence.
ALSO_NAMES = _words("will may april june august")
