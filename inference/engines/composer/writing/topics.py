"""Lines of our own that songs without given words are made of, by topic: plain, rhymed, of even length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Lines = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a song can be about: couplets for verses, quatrains for choruses, couplets for bridges."""

    words: str
    """The words in a prompt that call for it, as a pattern over plain text."""
    moods: tuple[str, ...]
    verses: tuple[Lines, ...]
    choruses: tuple[Lines, ...]
    bridges: tuple[Lines, ...]


def _topic(words: tuple[str, ...], moods: str, verses: str, choruses: str, bridges: str) -> Topic:
    return Topic(
        "|".join(words), tuple(moods.split()), _stanzas(verses, 1), _stanzas(choruses, 2), _stanzas(bridges, 1)
    )


def _stanzas(text: str, rows: int) -> tuple[Lines, ...]:
    """Stanzas of so many rows, lines parted by slashes."""
    split = [row.strip() for row in text.strip().splitlines() if row.strip()]
    return tuple(tuple(" / ".join(split[at : at + rows]).split(" / ")) for at in range(0, len(split), rows))


TOPICS: Mapping[str, Topic] = {
    "home": _topic(
        (r"home|leav|goodbye|farewell|homesick|away|hometown|childhood|heimat|abschied|maison|casa",),
        "nostalgic melancholic",
        """
        I packed my bag before the break of day / The kitchen light was half a mile away
        My father's coat was hanging by the door / It doesn't smell like summer anymore
        The train was slow, the fields were white with rain / I wrote your name upon the window pane
        There is a street I walk when I can't sleep / It has a promise there I couldn't keep
        I kept the key to every room we had / A little good, a little worn and sad
        The garden gate still knows the way I knock / The years go by like voices down the block
        """,
        """
        Carry me home, carry me home / Over the river and over the stone
        No matter how far or how long I may roam / Carry me, carry me home
        Leave on the light, leave on the light / I will be walking the rest of the night
        Tell everybody I'm doing alright / Leave on, oh, leave on the light
        All the way back, all the way back / Counting the stones by the old railway track
        There's nothing ahead that I know that I lack / So take me all the way back
        """,
        """
        And oh, the years go by / Like swallows in the sky
        And if I lose the way / I'll know it by the bay
        """,
    ),
    "love": _topic(
        (r"love|heart|kiss|romance|romantic|darling|wedding|liebe|amour|amor|amore|valentine",),
        "romantic",
        """
        You came in like the sun behind the rain / And nothing in the room would be the same
        I learned your laugh before I learned your name / A little spark that grew into a flame
        You leave your books all open on the floor / I never read that way with you before
        We danced along the kitchen, slow and late / The soup went cold, and we could let it wait
        I used to count the corners of the night / Now I just turn to you and it's alright
        Your hand in mine is all the map I need / You take the turn and I will let you lead
        """,
        """
        Stay with me, stay with me now / We'll find a way, and we won't ask how
        Here is my heart and here is my vow / Stay with me, stay with me now
        You are the one, you are the one / Warm as a window that looks on the sun
        All that I was has only begun / Baby, you are the one
        Hold on to me, hold on to me / Deep as the night and wide as the sea
        There's nowhere else that I'd rather be / Hold on, hold on to me
        """,
        """
        And when the world is loud / You find me in the crowd
        So let the morning wait / It's never been too late
        """,
    ),
    "loss": _topic(
        (
            r"heartbr|broken|lost|loss|lonely|alone|miss(?:ing)? you|tears|cry|sad|grief|traurig|triste",
            r"solitude|breakup|gone",
        ),
        "sad lonely melancholic",
        """
        I set the table still for two at eight / I know you won't, but I sit down and wait
        Your letters in the drawer have lost their smell / There is no one I'd ever want to tell
        The rain came down the day you walked away / And I had every word I couldn't say
        Your side of every bed is made of snow / I leave the radio on, soft and low
        I saw your coat on someone in the street / I turned around and couldn't feel my feet
        They say that time will make it all come clear / But time is only winter without you here
        """,
        """
        Where did you go, where did you go / All of the river is turning to snow
        There's so much more that I wanted to know / Oh, where did you go
        I let you down, I let you down / Every light is out in this town
        I hear your name in every sound / I know I let you down
        Gone like the rain, gone like the rain / Leaving the world with your name on the pane
        I would do all of it over again / Gone, gone like the rain
        """,
        """
        And all the things we said / Are turning in my head
        But even in the dark / There is a little spark
        """,
    ),
    "night": _topic(
        (r"night|city|neon|midnight|street|club|nacht|stadt|noche|nuit|urban|drive|driving",),
        "dark mysterious tense",
        """
        The streets are wet, the lamps are coming on / By half past two the last of them are gone
        A taxi slows and then it drives away / The neon sign is all that wants to stay
        I know a bar where no one knows my name / And every song they play is just the same
        The windows burn like letters in the sky / I read them all as I go walking by
        The traffic lights are talking to the rain / From green to red and back to green again
        We took the bridge with all the windows down / And left our shadows running through the town
        """,
        """
        City of light, city of light / Nobody sleeps and nobody's right
        Take me along on the edge of the night / City, oh, city of light
        Drive me tonight, drive me tonight / Out to the place where the road is in sight
        Dark on the left and the stars on the right / Drive me, drive me tonight
        After the dark, after the dark / All we become is a glow in the park
        One little flame and one little spark / Waiting, after the dark
        """,
        """
        And no one has to know / How far we want to go
        The morning comes too soon / So borrow me the moon
        """,
    ),
    "sea": _topic(
        (r"sea\b|ocean|river|water|wave|ship|sail|boat|island|beach|meer|mer\b|mar\b|rain|storm|shore",),
        "calm dreamy sleepy focused",
        """
        The tide comes in and writes upon the sand / A line of silver I can't understand
        I built a boat from everything I had / From all the good and some of all the bad
        The gulls were calling over the harbour wall / A sound as old as anything at all
        The river knows the way, it never asks / It wears the mountains down like paper masks
        We read the clouds and let the anchor go / The wind was warm, the water green and slow
        There is a light far out beyond the bay / It turns around and looks the other way
        """,
        """
        Roll, river, roll, roll, river, roll / Down to the body and down to the soul
        Take every piece and make of it a whole / Roll, river, river, roll
        Out on the sea, out on the sea / Nothing above and nothing under me
        Let every wave go wherever it may be / Out on the open sea
        Come with the tide, come with the tide / There's room for two on the other side
        Nothing to fear and nothing to hide / Come with me, come with the tide
        """,
        """
        And deeper than the blue / I hear it calling you
        So let the water rise / It only mirrors skies
        """,
    ),
    "summer": _topic(
        (
            r"summer|sun|holiday|road|freedom|free\b|young|happy|joy|party|weekend|sommer|verano|ete\b",
            r"estate|friends?\b",
        ),
        "happy playful",
        """
        We took the car and took the road to town / The radio up and all the windows down
        Your sister's hat, your brother's old guitar / A bag of cherries melting in the car
        We had no plan, we had no place to be / Just half a tank and everything to see
        The afternoon was painted in the street / The ice cream truck, the dust, the drum, the heat
        We sang so loud the neighbours came outside / And everyone got in to take the ride
        The evening hung like honey in the trees / We laughed until we fell down on our knees
        """,
        """
        Here comes the sun, here comes the sound / Turn every corner of summer around
        All of our feet are above the ground / Here it comes, here comes the sound
        Sing it out loud, sing it out loud / One little voice in the middle of a crowd
        Nothing above us, not even a cloud / So sing it, sing it out loud
        We are alive, we are alive / Learning to swim and learning to drive
        Wherever we're going, we're gonna arrive / We are, we are alive
        """,
        """
        And if the light should go / We'll be the afterglow
        So never mind the time / This minute here is mine
        """,
    ),
    "hope": _topic(
        (
            r"hope|morning|dawn|wake|rise|dream|fight|strong|believe|light|future|hoffnung|espoir|esperanza",
            r"heroic|battle|win",
        ),
        "hopeful epic angry",
        """
        I heard a bird before the sky was blue / It sang as if the morning always knew
        They told me that the mountain was too high / I tied my shoes and walked into the sky
        The night was long, the walls were made of stone / But nobody who sings can be alone
        I fell so many times I learned to land / With nothing but the weather in my hand
        The smallest seed is waiting under snow / It has a thousand summers yet to grow
        We lit a match and passed it down the line / And one by one the faces came to shine
        """,
        """
        Rise with the day, rise with the day / Nothing can take what is over away
        Look at the dark as it's turning to grey / Rise, and rise with the day
        I will be there, I will be there / Climbing the hill with the wind in my hair
        Song in my throat and my soul in the air / I will, I will be there
        Open the door, open the door / This is the thing we've been waiting for
        Stronger than all that we were before / So open, open the door
        """,
        """
        And every voice we raise / Will carry down the days
        So let the heavens fall / We'll stand up after all
        """,
    ),
    "dance": _topic(
        (r"danc|disco|groove|beat|funk|party|move|tanz|baila|danse",),
        "groovy energetic",
        """
        The floor is warm, the lights are going round / I feel my heart begin to find the sound
        You came in late with glitter on your shoes / And nothing left, not anything to lose
        The bass is like a hand upon my back / It pulls me in and never gives it back
        A hundred strangers moving into one / We won't go home before the rising sun
        Forget the week, forget the things you owe / The only thing to learn is letting go
        I see you in the mirror on the wall / You move as if you never heard of small
        """,
        """
        Move with me now, move with me now / Show me the way and I'll show you how
        Higher than anyone's gonna allow / Move with me, move with me now
        Don't let it stop, don't let it stop / We're on the bottom and we're going to the top
        Feel every beat like a water drop / Don't ever let it stop
        All through the night, all through the night / Under the colours and into the light
        If this is wrong then I don't want right / All of us, all through the night
        """,
        """
        And when the music fades / We'll dance in the arcades
        One more, and one more time / Your heartbeat over mine
        """,
    ),
}

SUBJECT_CHORUSES = _stanzas(
    """
    {Subject}, {subject} / Tell me the things that you know
    {Subject}, {subject} / Wherever you lead I will go
    Oh, {subject}, oh, {subject} / I sing it again and again
    Oh, {subject}, oh, {subject} / As long as I'm holding the pen
    {Subject}, {subject}, all the day / There's nothing more I want to say
    {Subject}, {subject}, all the night / And everything is going to be right
    """,
    2,
)
"""Choruses that sing of whatever it is."""
