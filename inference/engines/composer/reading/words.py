"""The music words the composer knows, in several languages; `*` ends a stem, entries are separated by `|`."""

from __future__ import annotations

from collections.abc import Mapping

GENRES: Mapping[str, str] = {
    "pop": "pop|k-pop|kpop|indie pop|electropop|top 40|chart*|radio hit|cancion pop|ポップ|流行|поп",
    "rock": "rock*|indie rock|garage rock|alternative|grunge|punk*|surf rock|britpop|ロック|搖滾|摇滚|рок",
    "metal": "metal*|heavy metal|thrash|doom|djent|hard rock|hardrock|metalcore|メタル|метал",
    "folk": "ludow*|volksmuziek|volkslied*|folk*|indie folk|singer songwriter|singer-songwriter|acoustic|"
    "akustisch|acoustique|acustic*|americana|fingerpick*|campfire|lagerfeuer|feu de camp|fogata|"
    "volkslied|volksmusik|chanson|liedermacher|bard|troubadour|cantautor*|フォーク",
    "country": "country|bluegrass|nashville|honky tonk|western|cowboy|banjo song|hoedown",
    "blues": "blues*|delta blues|shuffle blues|twelve bar|12 bar|12-bar|ブルース|блюз",
    "jazz": "jazz*|swing|bebop|big band|hard bop|cool jazz|standard|ジャズ|爵士|джаз",
    "bossa": "bossa|bossa nova|bossanova|samba|brasil*|brazil*|mpb|ipanema|ボサノバ",
    "soul": "soul|r&b|rnb|rhythm and blues|neo soul|neo-soul|motown|gospel|slow jam",
    "funk": "funk*|groove funk|slap bass|afrobeat|p-funk",
    "disco": "disco*|nu disco|nu-disco|boogie|studio 54|french house",
    "reggae": "reggae*|dub|ska|dancehall|rasta*|jamaica*|roots reggae",
    "latin": "latin*|salsa|cumbia|mambo|cha cha|cha-cha|rumba|bolero|tropical|caribbean|reggaeton|merengue|"
    "bachata|cuba*|mariachi|flamenco|tango",
    "hiphop": "hip hop|hip-hop|hiphop|rap|boom bap|boombap|old school beat|east coast|ヒップホップ|хип-хоп",
    "trap": "trap|drill|808s|phonk|cloud rap|mumble",
    "lofi": "lofi|lo-fi|lo fi|chillhop|chill beats|study beats|study music|chill hop|ローファイ|лоуфай",
    "house": "house|deep house|tech house|tropical house|edm|dance|dance music|club|electro|electronic*|"
    "elektronisch*|electroniqu*|elettronic*|garage|piano house|dancefloor|tanzmusik|danse|ハウス",
    "techno": "techno|minimal|acid|industrial|warehouse|berghain|rave|テクノ|техно",
    "trance": "trance|progressive trance|uplifting trance|goa|psytrance|big room|festival edm",
    "dnb": "drum and bass|drum & bass|drum'n'bass|drum n bass|dnb|d&b|jungle|liquid|breakbeat|neurofunk",
    "synthwave": "synthwave|retrowave|outrun|vaporwave|new wave|synthpop|synth-pop|synth pop|cyberpunk|neon|vhs",
    "ambient": "ambient*|drone|soundscape|new age|meditat*|klangteppich|spa|yoga|sleep music|atmospheric|"
    "アンビエント|эмбиент",
    "cinematic": "filmow*|filmmuziek|cinematic|film score|filmmusik|soundtrack|trailer|orchestra*|orchester*|"
    "orchestr*|score|movie|musique de film|colonna sonora|banda sonora|symphon*|sinfoni*|hans zimmer|"
    "epic music|オーケストラ|оркестр",
    "classical": "klasyczn*|klassiek*|classical|klassi*|classique|clasic*|classic*|baroque|barock*|barroc*|"
    "barocc*|chamber|kammermusik|string quartet|streichquartett|sonat*|mozart|bach|beethoven|haydn|"
    "vivaldi|fugue|fuge|minuet|menuett|quartet|クラシック|古典|классик*",
    "ballad": "ballad*|ballade|balada|ballata|klavierballade|piano ballad|piano solo|solo piano|klaviermusik|"
    "klavierstuck|nocturne|erik satie|satie|chopin|バラード",
    "waltz": "walc*|wals|walsje|waltz*|walzer|valse|vals|valzer|valsa|musette|ワルツ|вальс",
    "celtic": "celtic|irish|irisch|irland*|keltisch|celtique|irlandais*|celta|celtic*|scottish|jig|reel|"
    "medieval|mittelalter*|tavern|shanty|fantasy|ケルト",
    "chiptune": "chiptune|chip tune|8-bit|8 bit|8bit|16-bit|video game|videospiel*|jeu video|videojuego|"
    "videogioco|arcade|nintendo|retro game|gameboy|game boy|チップチューン",
    "march": "marsz*|mars|march|marsch|marche|marcia|marcha|brass band|blaskapelle|parade|fanfare|military band",
}

MOODS: Mapping[str, str] = {
    "happy": "wesol*|radosn*|vrolijk*|blij*|سعيد*|فرح*|😀|😊|😄|🌞|☀|🌈|happy|happi*|joy*|cheer*|sunny|"
    "bright|upbeat|feel good|feel-good|frohlich*|glucklich*|heiter*|lustig*|joyeu*|gai|gaie|heureu*|"
    "alegre*|feliz|felic*|allegr*|gioios*|contento|smil*|楽しい|快乐|весел*",
    "sad": "smutn*|droevig*|verdrietig*|حزين*|😢|😭|💔|sad|sadness|sorrow*|heartbreak*|heartbroken|tear*|"
    "cry*|grief|mourn*|traurig*|trauer*|triste*|tristesse|tristeza|tristezza|herzschmerz|funeral|lament*|"
    "悲しい|悲伤|грустн*",
    "melancholic": "melancholij*|weemoedig*|🌧|🍂|melanchol*|wistful|bittersweet|blue|longing|yearning|"
    "wehmut*|schwermut*|sehnsucht*|sehnsuchtig*|melancol*|malinconi*|saudade|nostos|leaving|goodbye|"
    "farewell|abschied|adieu|adios|addio|rainy|rain|regen*|pluie|lluvia|pioggia|chuva",
    "calm": "spokojn*|rustig*|kalm*|هادئ*|هادئة|🍃|🧘|☕|calm*|relax*|peaceful|quiet|gentle|soft|soothing|"
    "serene|tranquil*|ruhig*|sanft*|entspann*|leise|calme|doux|douce|paisible|tranquil*|suave*|sereno|"
    "serena|dolce|rilassant*|quieto|chill*|mellow|easy|静か|安静|спокойн*",
    "dreamy": "marzyciel*|dromerig*|🌙|✨|🌌|☁|dream*|ethereal|float*|hazy|airy|celestial|vertraumt*|"
    "traumerisch*|traum*|reve*|onirique|reveuse|sonador*|onirico|sognant*|space|cosmic|stars|starry|"
    "sterne*|etoile*|estrella*|stelle|clouds|underwater|moon*|mond*|lune|luna",
    "romantic": "romantyczn*|milosn*|verliefd*|liefde*|❤|💕|🌹|romanti*|love|lovely|tender*|intimate|liebe*|"
    "verliebt*|zartlich*|amour*|amoureu*|amor*|amore|wedding|hochzeit|mariage|boda|kiss*|valentine*|"
    "candle*",
    "energetic": "energiczn*|energiek*|🔥|⚡|💪|🎉|energ*|powerful|driving|workout|gym|running|run|party|"
    "pumping|fiery|intense|kraftvoll|mitreissend|treibend*|schwungvoll|wild|entrainant|dynami*|energiqu*|"
    "fiesta|festa|fete|marcha|potente|sport*|hype|morning run|激しい|энергичн*",
    "dark": "mroczn*|donker*|💀|🖤|🦇|👻|dark*|gloom*|sinister|ominous|haunt*|gothic|brood*|evil|horror|"
    "halloween|dunkel*|duster*|unheimlich*|sombre|obscur*|sombri*|oscur*|tenebros*|cupo|cupa|scuro|noir|"
    "vampire*|ghost*|abandoned|shadow*|暗い|мрачн*",
    "epic": "epick*|heldhaftig*|⚔|🐉|🏔|epic*|heroi*|majestic|grand|massive|battle*|war|warrior*|episch*|"
    "heldenhaft*|gewaltig*|epique|heroique|epico|epica|eroic*|dragon*|kingdom|victory|triumph*|siegreich|"
    "victoire|victoria|vittoria|olymp*|壮大",
    "mysterious": "tajemnicz*|mysterieus*|geheimzinnig*|myster*|enigmatic|eerie|magic*|mystic*|"
    "geheimnisvoll*|mystisch*|ratselhaft*|mysterieu*|misterios*|magi*|occult|forest|wald|foret|bosque|"
    "bosco|ritual|detective|spy|agent",
    "nostalgic": "nostalgiczn*|nostalgi*|memor*|childhood|vintage|retro|old times|erinnerung*|kindheit|"
    "souvenir*|enfance|recuerdo*|infancia|ricord*|infanzia|autumn|herbst|automne|otono|autunno|home|"
    "heimat|summer of|old photograph*|懐かしい",
    "angry": "gniewn*|boos|boze|woedend*|angry|anger|aggressive|rage|furious|brutal|wut*|zorn*|aggressiv*|"
    "wutend|colere|rageu*|furieu*|rabia|furios*|rabbia|arrabbiat*|revenge|fight*|riot",
    "playful": "speels*|figlarn*|playful|quirky|funny|silly|whimsical|cute|child*|kids|kinder*|verspielt*|"
    "witzig*|drole|enfant*|ludique|jugueton*|divertid*|giocos*|buffo|cartoon|circus|zirkus|cirque|cat|"
    "kitten*|puppy|duck*|penguin*",
    "hopeful": "nadziej*|hoopvol*|hope*|uplifting|inspir*|optimis*|motivat*|hoffnung*|zuversicht*|espoir*|"
    "esperan*|speran*|sunrise|sonnenaufgang|dawn|wake up|waking up|wake me|aufwachen|reveil*|despertar*|"
    "svegliar*|acordar|morning|morgen|matin|manana|mattina|spring|fruhling|printemps|primavera|"
    "new beginning|journey|reise|voyage|viaje|viaggio|corporate",
    "tense": "tense|tension|suspense*|nervous|anxious|thriller|chase|spannung*|spannend*|angespannt|angst*|"
    "tendu|tension|inquiet*|tens*|suspenso|ansios*|heist|countdown",
    "groovy": "groov*|funky|danceable|tanzbar*|dansant*|bailable|ballabile|cool|smooth|sexy|laid back|"
    "laid-back|lassig|night drive|cocktail",
    "sleepy": "kolysank*|slaapliedje*|للنوم|النوم|😴|💤|sleep*|lullaby|bedtime|nap|schlaf*|wiegenlied|"
    "einschlaf*|berceuse|sommeil|dormir|nana|cancion de cuna|ninna nanna|sonno|insomnia|goodnight",
    "focused": "focus*|study*|concentrat*|work|working|coding|reading|lernen|arbeit*|konzentration|etude*|"
    "etudier|travail*|estudi*|concentr*|studi*|lavor*",
    "lonely": "samotn*|eenzaam*|eenzame|❄|🌨|lonely|alone|lonel*|solitude|isolat*|einsam*|allein|solitaire|"
    "seul|seule|soledad|solo y triste|solitari*|winter|snow*|schnee*|neige|nieve|neve|hiver|invierno|"
    "inverno|desert|empty",
}

INSTRUMENTS: Mapping[str, str] = {
    "piano": "fortepian*|pianin*|بيانو|🎹|piano*|klavier*|flugel|pianoforte|keys|keyboard|ピアノ|钢琴|"
    "пианино|фортепиано",
    "electric piano": "electric piano|e-piano|epiano|rhodes|wurlitzer|e piano",
    "acoustic guitar": "gitar*|acoustic guitar*|guitar*|gitarre*|guitare*|guitarra*|chitarr*|violao|"
    "akustikgitarre*|westerngitarre|fingerpick*|fingerstyle|strum*|ギター|吉他|гитара",
    "nylon guitar": "nylon*|classical guitar|spanish guitar|konzertgitarre|guitare classique|guitarra espanola|ukulele",
    "electric guitar": "🎸|electric guitar*|e-gitarre*|guitare electrique|guitarra electrica|"
    "chitarra elettrica|clean guitar",
    "distorted guitar": "distort*|overdriv*|power chord*|verzerrt*|riff*|shred*|guitarras distorsionadas",
    "bass": "bass|bass guitar|basse|bajo|basso|kontrabass|upright bass|double bass|e-bass|bassline|808",
    "drums": "perkusj*|bebn*|drumstel|🥁|drums|drum kit|drum|schlagzeug|batterie|bateria|batteria|percussion|"
    "beat|beats|trommel*|perkussion|percusion|percussioni",
    "strings": "smyczk*|strijkers|strings|string section|streicher*|cordes|cuerdas|archi|cordas|violins",
    "violin": "skrzyp*|viool|🎻|violin|violine|geige*|violon|violino|fiddle|バイオリン|小提琴|скрипка",
    "cello": "wiolonczel*|cello|violoncell*|violonchelo|celli|チェロ",
    "flute": "flet*|fluit|flute*|flote*|querflote|flauta*|flauto|flauti|フルート",
    "clarinet": "clarinet*|klarinette*|clarinette|clarinete|clarinetto",
    "oboe": "oboe*|hautbois",
    "saxophone": "saksofon*|saxofoon|🎷|sax|saxophone*|saxophon*|saxofon*|sassofon*|サックス",
    "trumpet": "trabk*|🎺|trumpet*|trompet*|tromba|trompette|muted trumpet",
    "trombone": "trombone*|posaune*|trombon",
    "brass": "brass|blaser*|blechblaser|cuivres|metales|ottoni|horn section|horns",
    "french horn": "french horn*|waldhorn|cor|corno",
    "harp": "harp|harfe|harpe|arpa",
    "organ": "organ|orgel|orgue|organo|orgao|hammond",
    "church organ": "church organ|pipe organ|kirchenorgel|grandes orgues",
    "accordion": "akordeon*|trekharmonika|accordion|akkordeon|accordeon|acordeon|fisarmonica|acordeao|"
    "concertina|bandoneon",
    "harmonica": "harmonica|mundharmonika|armonica|gaita de boca",
    "banjo": "banjo*",
    "mandolin": "mandolin*|bouzouki",
    "sitar": "sitar*",
    "koto": "koto|shamisen|guzheng",
    "kalimba": "kalimba|thumb piano|mbira",
    "marimba": "marimba|xylophon*|xilofon*|balafon",
    "vibraphone": "vibraphon*|vibes|vibrafon*",
    "glockenspiel": "glockenspiel|celesta|bells|glocken|cloches|campanas|campane|carillon",
    "music box": "music box|spieluhr|boite a musique|caja de musica",
    "steel drum": "steel drum*|steelpan|steel pan",
    "pan flute": "pan flute|panflote|pan pipes|zampona",
    "whistle": "whistl*|tin whistle|pfeif*|sifflet",
    "recorder": "recorder|blockflote|flute a bec|flauta dulce|flauto dolce",
    "bagpipe": "bagpipe*|dudelsack*|cornemuse|gaita|cornamusa",
    "choir": "koor|choir*|chor|choeur|coro|chorus of voices|choral|angelic voices",
    "synth": "synth|synths|synthesizer*|synthesiser*|synthetis*|sintetizador*|sintetizzator*|synthie*|"
    "supersaw*|lead synth|arpeggiat*",
    "pad": "pad|pads|warm pad|synth pad",
    "harpsichord": "harpsichord*|cembalo|clavecin|clave|clavicembalo|clavecin",
    "pizzicato": "pizzicato*|plucked strings",
    "timpani": "timpani|pauken|timbales|taiko*",
}

TEMPO_WORDS: Mapping[str, str] = {
    "slow": "woln*|powoli|langzaam|langzame|traag|slow*|langsam*|lent|lente|lentement|lento|lenta|despacio|"
    "piano piano|downtempo|ballad tempo|devagar|largo|larghetto|grave|adagio|ゆっくり|慢|медленн*",
    "medium": "mid tempo|mid-tempo|midtempo|medium tempo|moderate|moderato|andante|mittelschnell|"
    "mittleres tempo|walking pace",
    "fast": "szybk*|snel|snelle|fast|quick*|rapid*|speedy|schnell*|rasch|vite|rapide*|rapido|rapida|veloce|"
    "veloz|allegro|vivace|presto|uptempo|up-tempo|prestissimo|速い|快节奏|быстр*",
}

ITALIAN_TEMPI: Mapping[str, float] = {
    "largo": 50, "larghetto": 62, "grave": 44, "adagio": 68, "andante": 84, "moderato": 108, "allegretto": 114,
    "allegro": 132, "vivace": 160, "presto": 180, "prestissimo": 200,
}  # fmt: skip

ENERGY_WORDS: Mapping[str, str] = {
    "low": "minimal*|sparse|subtle|understated|stripped|bare|delicate|dezent|zuruckhaltend|epure|sobre|"
    "sencill*|semplice|background|low energy",
    "high": "huge|loud|banger|anthem*|explosive|bombastic|wall of sound|laut|fett|puissan*|enorme|"
    "high energy|high-energy|stadium|maximal*",
}

MODE_WORDS: Mapping[str, str] = {
    "major": "major|dur|majeur|maggiore|mayor|maior|major key",
    "minor": "minor|moll|mineur|minore|menor|minor key",
    "dorian": "dorian|dorisch|dorien|dorico",
    "phrygian": "phrygian|phrygisch|phrygien|frigio",
    "lydian": "lydian|lydisch|lydien|lidio",
    "mixolydian": "mixolydian|mixolydisch|mixolydien|misolidio|mixolidio",
}

METER_WORDS: Mapping[str, str] = {
    "3/4": "waltz*|walzer|valse|vals|valzer|valsa|ワルツ|вальс|triple meter|triple metre|three four|three-four|"
    "dreivierteltakt|trois temps|drei viertel|tres por cuatro|tre quarti",
    "6/8": "six eight|six-eight|sechsachteltakt|jig|barcarol*|siciliana",
    "5/4": "five four|five-four|funfvierteltakt|cinq temps",
    "7/8": "seven eight|seven-eight|siebenachteltakt",
    "2/4": "two four|two-four|polka|zweivierteltakt",
    "4/4": "four four|four-four|common time|viervierteltakt|quatre temps",
}

NEGATIONS = (
    "no|not|without|never|ohne|kein|keine|keinen|nicht|sans|pas|pas de|sin|no hay|senza|niente|sem|nao|non|minus|"
    "zero|less|w/o|geen|zonder|bez|nie|utan|inte"
)
LISTING = "and|und|et|y|e|ed|og|och|en|i"
LISTING_MORE = "or|nor|oder|noch|ou|ni|o|ne|of|ani"
SOLO = "solo|only|just|unaccompanied|alone on|nur|seulement|uniquement|solamente|soltanto|apenas|so"

TOPICS: Mapping[str, tuple[str, ...]] = {
    "wake up|waking up|wake me|morning|aufwachen|morgen|matin|manana|mattina|manha|breakfast|sunrise": (
        "pop", "folk", "bossa", "funk",
    ),
    "beach|strand|plage|playa|spiaggia|praia|island|palm*|surf*|summer|sommer|ete|verano|estate|verao|holiday*|sun": (
        "bossa", "reggae", "pop", "latin",
    ),
    "coffee|cafe|kaffee|rain|regen|pluie|study|homework|cozy|cosy|gemutlich|tea|library|desk|sunday": ("lofi", "jazz",
        "bossa", "folk"),
    "night|nacht|nuit|noche|notte|noite|city|stadt|ville|ciudad|citta|drive|driving|highway|auto|car|neon": (
        "synthwave", "lofi", "soul", "house",
    ),
    "mountain*|berg*|montagne*|montana*|forest|wald|foret|bosque|river|fluss|road|home|country side|farm|train|wind|"
        "feld*": (
        "folk", "country", "cinematic", "celtic",
    ),
    "war|battle*|hero*|dragon*|king*|empire|space|galaxy|universe|trailer|quest|knight*|ritter": ("cinematic",
        "metal", "synthwave"),
    "sleep|schlaf*|dream*|meditat*|breath*|ocean|meer|mer|mar|mare|stars|sky|himmel|ciel|cielo|clouds|fog": (
        "ambient", "ballad", "lofi",
    ),
    "party|dance|dancing|tanzen|danser|bailar|ballare|dancar|friday|weekend|birthday|celebrat*|geburtstag": ("disco",
        "house", "pop", "funk"),
    "workout|gym|run|running|sport|training|fight|boxing|race": ("dnb", "rock", "trance", "techno"),
    "love|heart|liebe|herz|amour|coeur|amor|corazon|amore|cuore|wedding|kiss|miss you|goodbye|abschied": (
        "ballad", "soul", "pop", "folk",
    ),
    "snow*|schnee*|winter|christmas|weihnacht*|noel|navidad|natale|natal|ballroom|candle*|fairy*|marchen": (
        "waltz", "ballad", "classical", "cinematic",
    ),
    "game|level|pixel*|robot*|computer|cartoon|kids|kinder*|cat|katze|chat|gato|gatto|dog|hund": ("chiptune", "pop",
        "funk"),
    "museum|palace|schloss|garden|garten|jardin|giardino|elegan*|vienna|wien|paris": ("classical", "waltz", "jazz",
        "ballad"),
    "bar|whisky|whiskey|smok*|midnight|saloon|bourbon|train|prison|river": ("blues", "jazz", "soul", "country"),
    "horror|haunt*|ghost*|vampire*|grave*|nightmare*|fear|angst|monster*": ("cinematic", "ambient", "techno", "metal"),
    "street*|hustle|money|block|skate*|graffiti|basketball": ("hiphop", "trap", "funk"),
    "ship|sea|sailor*|pirate*|pub|beer|bier|whiskey|village|dorf|viking*": ("celtic", "folk", "march"),
}  # fmt: skip
