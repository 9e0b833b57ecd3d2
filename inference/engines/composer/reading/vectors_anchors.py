"""What moods and genres feel like, in phrases: `vectors_build.py` turns them into the points that words are near to."""

from __future__ import annotations

from collections.abc import Mapping

MOODS: Mapping[str, str] = {
    "happy": "joy, happy, laughing with friends, sunshine, a sunny day, delight, smiling, birthday cake, ice "
    "cream, picnic",
    "sad": "sadness, grief, crying, heartbreak, funeral, losing someone, tears, a broken heart, death of a friend",
    "melancholic": "melancholy, wistful, rain on the window, autumn leaves, leaving, goodbye, regret, faded",
    "calm": "calm, peaceful, a quiet lake, relaxing, gentle breeze, garden, tea, breathing slowly, bath, massage",
    "dreamy": "dreaming, floating, clouds, stars, outer space, weightless, fantasy, moonlight, spaceship, galaxy, "
    "underwater",
    "romantic": "romance, falling in love, a kiss, wedding, candlelight dinner, tenderness, lovers, honeymoon, bride",
    "energetic": "energy, workout, gym, running, sports, waking up, adrenaline, party, race, jumping, exercise, "
    "motivation",
    "dark": "darkness, horror, evil, vampire, cemetery, sinister, nightmare, thunderstorm, murder, demon, skull",
    "epic": "epic battle, heroes, war, kingdom, dragon, mountain, empire, victory, conquest, giants, ocean storm, "
    "volcano",
    "mysterious": "mystery, secrets, ancient temple, detective, foggy forest, magic, ritual, labyrinth",
    "nostalgic": "nostalgia, childhood memories, grandmother, old photographs, the good old days, hometown, attic, "
    "vintage",
    "angry": "anger, rage, revenge, riot, fury, fighting, shouting, hate, betrayal, violence, frustration",
    "playful": "playful, funny, silly, cartoon, circus, kitten, puppy, toys, children playing, clown, monkey, prank",
    "hopeful": "hope, sunrise, a new beginning, dawn, inspiration, spring, optimism, first steps, graduation, courage",
    "tense": "tension, suspense, chase, danger, fear, countdown, anxiety, heist, deadline, escape, panic, spy",
    "groovy": "groove, dancing, funky, cool, strut, nightclub, cocktail, swagger, sunglasses, barbecue, hips",
    "sleepy": "sleep, lullaby, bedtime, tired, drowsy, night rest, baby sleeping, pillow, yawning, bed",
    "focused": "studying, concentration, working, reading, homework, office, library, writing code, exam, laptop",
    "lonely": "loneliness, alone, empty street, desert, winter, isolation, abandoned, lost at sea, solitude, orphan",
}

GENRES: Mapping[str, str] = {
    "pop": "pop song, teenagers, summer holiday, radio, birthday, shopping, selfie, friends, crush, ice cream",
    "rock": "rock band, electric guitars, motorcycle, highway, rebellion, stadium, freedom, garage, gym, skateboard",
    "metal": "heavy metal, rage, demons, hell, war, blood, fury, monsters, chainsaw, destruction, skull",
    "folk": "folk song, campfire, village, grandmother, countryside, walking in the hills, home, kitchen, barn, bread",
    "country": "country music, cowboy, truck, farm, horse, whiskey, small town, ranch, pickup, fields, barn",
    "blues": "blues, hard times, whiskey, prison, lonely train, poor, bad luck, cheating, Mississippi, debt",
    "jazz": "jazz club, cocktail, city at night, smoky bar, restaurant, elegant evening, whisky, trumpet, tuxedo",
    "bossa": "bossa nova, beach, Brazil, sea breeze, cafe, summer afternoon, seaside terrace, coconut, hammock",
    "soul": "soul music, romance, love, passion, tenderness, lovers, church, heart, embrace, desire, faith",
    "funk": "funk, groove, strut, dancing, street party, afro, cool, hips, roller skates, barbecue",
    "disco": "disco, dance floor, glitter, nightclub, party, roller skates, mirror ball, sequins, celebration",
    "reggae": "reggae, island, Jamaica, beach, sunshine, palm trees, relaxed, vacation, hammock, sandals",
    "latin": "latin dance, salsa, fiesta, Havana, carnival, hot night, mexican food, passion, tropical, spicy",
    "hiphop": "hip hop, street, city block, basketball, graffiti, hustle, subway, sneakers, neighborhood, swagger",
    "trap": "trap, money, gang, luxury cars, drugs, midnight city, hustle, diamonds, danger, jewelry",
    "lofi": "studying, rainy day, coffee, homework, cozy room, cat, reading, laptop, tea, library, blanket",
    "house": "house music, club, dancing all night, party, summer festival, pool party, rooftop, fashion show, "
    "cocktail",
    "techno": "techno, machine, factory, warehouse, robots, industrial, underground, laser, engine, computer, circuits",
    "trance": "euphoria, sunrise festival, flying, lights, ecstasy, infinity, uplifting, rave, freedom, rocket, speed",
    "dnb": "fast chase, running, adrenaline, speed, race, extreme sports, escape, workout, jungle, panic",
    "synthwave": "neon, night drive, retro future, cyberpunk, spaceship, robots, arcade, sports car, laser, hologram",
    "ambient": "outer space, meditation, ocean, floating, silence, fog, sleep, stars, mist, glacier, deep sea, "
    "breathing",
    "cinematic": "film, epic battle, heroes, storm, thunder, dragon, empire, disaster, volcano, tension, mystery, "
    "hurricane",
    "classical": "palace, museum, elegance, garden, ballet, royal, aristocrat, art gallery, chess, opera house, "
    "painting",
    "ballad": "heartbreak, goodbye, tears, love letter, lost love, sadness, wedding, missing you, divorce, memory, "
    "funeral",
    "waltz": "ballroom, snow, Vienna, ball gown, carousel, fairy tale, winter evening, princess, skating, figurine",
    "celtic": "Ireland, castle, tavern, sailors, elves, highlands, pirates, medieval village, wizard, knights, sheep",
    "chiptune": "video game, pixels, arcade, level up, toy robot, cartoon, puzzle, computer bug, joystick, children's "
    "toys",
    "march": "parade, soldiers, military, marching, ceremony, national holiday, uniform, flag, general, troops",
}
