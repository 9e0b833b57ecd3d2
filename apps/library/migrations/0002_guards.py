"""What the database itself holds: versions never change, trees stay within a track, and the words for search."""

from django.db import migrations

IMMUTABLE = """
CREATE FUNCTION library_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is immutable', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION library_version_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM library_track WHERE id = OLD.track_id AND purged_at IS NULL) THEN
        RAISE EXCEPTION 'a version is deleted only when its track is purged' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION library_rendition_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM library_version v JOIN library_track t ON t.id = v.track_id
        WHERE v.id = OLD.version_id AND t.purged_at IS NULL
    ) THEN
        RAISE EXCEPTION 'a rendition is deleted only when its track is purged' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER library_version_unchanged BEFORE UPDATE ON library_version
    FOR EACH ROW EXECUTE FUNCTION library_refuse_change();
CREATE TRIGGER library_version_kept BEFORE DELETE ON library_version
    FOR EACH ROW EXECUTE FUNCTION library_version_keep();
CREATE TRIGGER library_rendition_unchanged BEFORE UPDATE ON library_rendition
    FOR EACH ROW EXECUTE FUNCTION library_refuse_change();
CREATE TRIGGER library_rendition_kept BEFORE DELETE ON library_rendition
    FOR EACH ROW EXECUTE FUNCTION library_rendition_keep();
"""

NOT_IMMUTABLE = """
DROP TRIGGER library_version_unchanged ON library_version;
DROP TRIGGER library_version_kept ON library_version;
DROP TRIGGER library_rendition_unchanged ON library_rendition;
DROP TRIGGER library_rendition_kept ON library_rendition;
DROP FUNCTION library_refuse_change();
DROP FUNCTION library_version_keep();
DROP FUNCTION library_rendition_keep();
"""

WITHIN_TRACK = """
ALTER TABLE library_version ADD CONSTRAINT library_version_parent_in_track
    FOREIGN KEY (parent_id, track_id) REFERENCES library_version (id, track_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE library_track ADD CONSTRAINT library_track_current_in_track
    FOREIGN KEY (current_version_id, id) REFERENCES library_version (id, track_id) DEFERRABLE INITIALLY DEFERRED;
"""

NOT_WITHIN_TRACK = """
ALTER TABLE library_version DROP CONSTRAINT library_version_parent_in_track;
ALTER TABLE library_track DROP CONSTRAINT library_track_current_in_track;
"""

SEARCH = """
CREATE FUNCTION library_track_index() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked text := coalesce((SELECT left(prompt, 4000) FROM library_version WHERE id = NEW.current_version_id), '');
    creator text := coalesce((SELECT name FROM accounts_user WHERE id = NEW.owner_id), '');
BEGIN
    NEW.search :=
        setweight(to_tsvector('simple', NEW.title) || to_tsvector('english', NEW.title), 'A')
        || setweight(to_tsvector('simple', concat_ws(' ', NEW.genre, NEW.mood, creator)), 'B')
        || setweight(to_tsvector('simple', asked) || to_tsvector('english', asked), 'C');
    RETURN NEW;
END $$;

CREATE FUNCTION library_creator_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- naming the column is enough for the trigger of the track
    UPDATE library_track SET owner_id = owner_id WHERE owner_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER library_track_indexed
    BEFORE INSERT OR UPDATE OF title, genre, mood, owner_id, current_version_id ON library_track
    FOR EACH ROW EXECUTE FUNCTION library_track_index();
CREATE TRIGGER library_creator_renamed AFTER UPDATE OF name ON accounts_user
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION library_creator_renamed();
"""

NO_SEARCH = """
DROP TRIGGER library_track_indexed ON library_track;
DROP TRIGGER library_creator_renamed ON accounts_user;
DROP FUNCTION library_track_index();
DROP FUNCTION library_creator_renamed();
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial"), ("accounts", "0001_initial")]
    operations = [
        migrations.RunSQL(IMMUTABLE, NOT_IMMUTABLE),
        migrations.RunSQL(WITHIN_TRACK, NOT_WITHIN_TRACK),
        migrations.RunSQL(SEARCH, NO_SEARCH),
    ]
