"""Which languages are sung, which of espeak-ng's voices speaks them, and how a text's language is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

_CODES = (
    "af az be bg bs ca cs cy da de el en eo es et eu fi fr ga hi hr hu id is it ja kk ko la lb lt lv mk ms nl no "
    "pl pt ro ru sk sl sq sr sv sw tr uk zh"
)
ESPEAK_VOICES: Mapping[str, str] = {
    code: {"en": "en-us", "es": "es-419", "no": "nb", "pt": "pt-br", "zh": "cmn"}.get(code, code)
    for code in _CODES.split()
}
"""espeak-ng's voice for each language by its ISO 639-1 code.

Left out on purpose: languages whose writing leaves the vowels out (Arabic, Hebrew, Persian), and those that espeak-ng
itself calls unfinished.
"""

LANGUAGES = frozenset(ESPEAK_VOICES)

NAMES: Mapping[str, str] = {
    "ARABIC": "Arabic script",
    "ARMENIAN": "Armenian script",
    "BENGALI": "Bengali script",
    "CJK": "Chinese characters",
    "GEORGIAN": "Georgian script",
    "HEBREW": "Hebrew script",
    "TAMIL": "Tamil script",
    "THAI": "Thai script",
}
"""What people call a script, where its Unicode name will not do."""

_CYRILLIC = frozenset({"be", "bg", "kk", "mk", "ru", "sr", "uk"})
_SCRIPTS_OF: Mapping[str, frozenset[str]] = {
    **{code: frozenset({"CYRILLIC"}) for code in _CYRILLIC},
    "sr": frozenset({"CYRILLIC", "LATIN"}),
    "el": frozenset({"GREEK"}),
    "hi": frozenset({"DEVANAGARI"}),
    "ja": frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    "ko": frozenset({"HANGUL"}),
    "zh": frozenset({"CJK"}),
}
_LATIN = frozenset({"LATIN"})
_BORROWED: Mapping[str, str] = {
    "CYRILLIC": "ru",
    "DEVANAGARI": "hi",
    "GREEK": "el",
    "HANGUL": "ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "KATAKANA-HIRAGANA": "ja",
    "LATIN": "en",
}
"""Who says a word in a script that the song's language does not use."""
_GUESSED_BY_SCRIPT: Mapping[str, str] = {
    **_BORROWED,
    "ARABIC": "ar",
    "ARMENIAN": "hy",
    "BENGALI": "bn",
    "CJK": "zh",
    "GEORGIAN": "ka",
    "HEBREW": "he",
    "TAMIL": "ta",
    "THAI": "th",
}

_COMMON_WORDS: Mapping[str, str] = {
    "en": "the and of to you i me my we is are it in on that for with your be not was but all this what when so love "
    "don't i'm can will have just like oh never now know up down out from by if there where they",
    "de": "der die das und ich du wir sie er es ist nicht ein eine einen mit mir mich dich dir auf den dem von zu im "
    "für so wie was wenn aber kein mein dein sind bin bist hab noch nur auch schon immer durch über",
    "fr": "le la les un une et je tu il elle nous vous est pas ne que qui dans de des du mon ma mes ton ta tes pour "
    "sur avec ce cette sans mais toi moi au aux où c'est j'ai plus tout comme amour",
    "es": "el la los las un una y yo tú que de en no es por con mi tu se te me lo como para pero más cuando donde "
    "sin amor corazón eres soy está todo ya si quiero vida del al",
    "it": "il lo la gli le un una e io tu che di in non è per con mi ti si come ma più quando dove senza amore sono "
    "sei nel della del questo tutto anche vita mio mia cuore ho al",
    "pt": "o a os as um uma e eu tu você que de em não é por com meu minha se te me como para mas mais quando onde "
    "sem amor coração sou está tudo já do da no na dos das ao vida",
    "nl": "de het een en ik jij je wij we is niet met mij me van voor op in dat die wat als maar mijn jouw ben bent "
    "nog ook naar door over hij zij er zo heb altijd nooit weer",
    "sv": "och jag du vi är inte en ett det den som på med i för till av om min din har kan men när från mig dig här "
    "ska så alltid aldrig kärlek",
    "da": "og jeg du vi er ikke en et det den som på med i for til af om min din har kan men når fra mig dig her "
    "skal så altid aldrig kærlighed hvad af",
    "no": "og jeg du vi er ikke en et det den som på med i for til av om min din har kan men når fra meg deg her "
    "skal så alltid aldri kjærlighet hva hvor",
    "fi": "ja minä sinä on ei että se kun niin mutta kuin mun sun olen olet mä sä vain nyt hän me he ole minun sinun "
    "rakkaus sydän yö jos",
    "pl": "i w na nie się to że jest z do ja ty jak co mnie mi cię ci ale tak już o po dla gdy mój moja jestem "
    "miłość serce tylko był przez",
    "cs": "a v na je se to že já ty jak co mě mi tě ti ale tak už o po pro když můj moje jsem jsi láska srdce jen "
    "byl není ve s z",
    "sk": "a v na je sa to že ja ty ako čo ma mi ťa ti ale tak už o po pre keď môj moja som si láska srdce len bol "
    "nie vo s z",
    "hu": "a az és én te hogy nem van egy ez mint ha csak már még meg is volt itt ott engem téged szív szeretlek "
    "mert vagy minden",
    "ro": "și în nu este un o eu tu că de la cu pe mi te se din dar ca când unde fără iubire dragoste inima sunt "
    "ești mai pentru ce",
    "tr": "ve bir ben sen bu ne için gibi de da çok ama seni beni benim senin aşk var yok her gece gel kalbim değil "
    "daha olan ki",
    "hr": "i u na je se to da ja ti kao što me te ali sve već za kad moj moja sam si ljubav srce samo nije gdje",
    "sl": "in v na je se to da jaz ti kot kaj me te ampak vse že za ko moj moja sem si ljubezen srce samo ni kjer",
    "et": "ja ma sa on ei et see kui nii aga mu su olen oled mina sina vaid nüüd me ta armastus süda öö",
    "lt": "ir aš tu yra ne kad tai kaip bet mano tavo į iš su per man tau meilė širdis dar jau",
    "lv": "un es tu ir nav ka tas kā bet mans tavs uz no ar par man tev mīlestība sirds vēl jau",
    "id": "dan aku kau yang di ke ini itu tak tidak dengan untuk dari cinta hati kamu kita ada akan bukan semua",
    "sw": "na ni ya wa kwa mimi wewe katika si hii yangu wako upendo moyo leo bado sana kila",
    "la": "et in est non ad cum sed ut qui quae quod nos te me amor cor ego tu sunt dies deus",
    "eo": "la kaj mi vi estas ne en de al ke ĝi kiel sed mia via amo koro por kun ni ili",
    "ca": "el la els les un una i jo tu que de en no és per amb meu meva es et em com però més quan on sense amor "
    "cor soc ets",
    "eu": "eta da ez bat ni zu zara naiz hau nire zure bihotza maite dut da baina beti gau",
    "ru": "и в на не я ты что с он она мы как это но мне тебя меня мой моя так где когда все же по за от любовь",
    "uk": "і в на не я ти що з він вона ми як це але мені тебе мене мій моя так де коли все ж по за від любов й є",
    "be": "і ў на не я ты што з ён яна мы як гэта але мне цябе мяне мой мая так дзе калі каханне",
    "bg": "и в на не аз ти че с той тя ние как това но ме те мой моя така където когато всичко се от любов съм си",
    "sr": "и у на не ја ти што са он она ми као то али ме те мој моја где када све је од љубав сам си да",
    "mk": "и во на не јас ти што со тој таа ние како тоа но ме те мој моја каде кога сè је од љубов сум си да",
    "kk": "мен сен бұл және бір үшін емес менің сенің махаббат жүрек бар жоқ деп",
}
_TELLING_LETTERS: Mapping[str, str] = {
    "de": "ßäöü",
    "fr": "çèêàùœ",
    "es": "ñ¿¡",
    "pt": "ãõ",
    "sv": "äåö",
    "da": "æøå",
    "no": "æøå",
    "pl": "łąęśżźćń",
    "cs": "řěůčšž",
    "sk": "ľĺŕôčšž",
    "hu": "őűö",
    "ro": "țșăî",
    "tr": "ğışçö",
    "hr": "đćčš",
    "uk": "їєґі",
    "be": "ўі",
    "sr": "ђћјљњџ",
    "mk": "ѓќјљњѕ",
    "kk": "қңғүұәө",
    "eo": "ĉĝĵŝŭ",
    "lv": "āēīņļ",
    "lt": "ėįųū",
    "ru": "ыэё",
    "bg": "ъ",
    "is": "þð",
    "fi": "äö",
    "et": "õäü",
}
_LETTER_WEIGHT = 0.3
_SUNG_EVERYWHERE = frozenset({"la", "na", "oh"})
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_ENOUGH = 4000
"""Characters that are looked at: a guess gets no better after."""


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """The script of a letter by its Unicode name, as "LATIN"; empty for what is no letter, or one of no one script."""
    if not character.isalpha() or unicodedata.category(character) == "Lm":
        return ""
    return unicodedata.name(character, "").partition(" ")[0]


def writes(language: str, script: str) -> bool:
    """Whether the language is written in that script."""
    return script in _SCRIPTS_OF.get(language, _LATIN)


def borrowed(script: str) -> str | None:
    """The language that lends its pronunciation to a foreign word in that script."""
    return _BORROWED.get(script)


def guess_language(text: str) -> str:
    """The ISO 639-1 code of the language that the text seems to be in; "en" when nothing tells.

    It may be a language that cannot be sung: compare with `LANGUAGES`.
    """
    sample = unicodedata.normalize("NFKC", text[:_ENOUGH]).lower()
    scripts = Counter(script for script in map(script_of, sample) if script)
    if not scripts:
        return "en"
    if any(scripts[kana] for kana in ("HIRAGANA", "KATAKANA")) and scripts.most_common(1)[0][0] != "LATIN":
        return "ja"
    script = scripts.most_common(1)[0][0]
    if script not in {"LATIN", "CYRILLIC"}:
        return _GUESSED_BY_SCRIPT.get(script, "en")
    words = Counter(match.group().replace("’", "'") for match in _WORD.finditer(sample))
    letters = Counter(sample)
    scores = {
        code: sum(words[word] for word in set(common.split()) - _SUNG_EVERYWHERE)
        + _LETTER_WEIGHT * sum(letters[letter] for letter in _TELLING_LETTERS.get(code, ""))
        for code, common in _COMMON_WORDS.items()
        if writes(code, script) and (script == "CYRILLIC" or code != "sr")
    }
    fallback = "en" if script == "LATIN" else "ru"
    best = max(scores, key=lambda code: (scores[code], code == fallback))
    return best if scores[best] > 0 else fallback
