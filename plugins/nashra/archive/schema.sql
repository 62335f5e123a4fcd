-- The archive: a cache of seeds and ledger. Whatever changes here makes every archive anew.
PRAGMA application_id = 0x4e617368;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE known (id TEXT PRIMARY KEY, seed TEXT NOT NULL, permalink TEXT NOT NULL, lost INTEGER NOT NULL,
                    data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX known_seed ON known (seed, lost);
CREATE UNIQUE INDEX known_permalink ON known (permalink);
CREATE TABLE seed (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, digest TEXT NOT NULL, shard INTEGER NOT NULL,
                   copy TEXT NOT NULL, again INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX seed_shard ON seed (shard);
CREATE INDEX seed_copy ON seed (copy, name) WHERE copy <> '';
CREATE INDEX seed_again ON seed (name) WHERE again;
CREATE TABLE shard_of_seeds (number INTEGER PRIMARY KEY, digest TEXT NOT NULL, seeds INTEGER NOT NULL);
CREATE TABLE story (id TEXT PRIMARY KEY, instant TEXT NOT NULL, seen TEXT NOT NULL, seed TEXT NOT NULL,
                    back INTEGER NOT NULL, category TEXT NOT NULL, updated TEXT NOT NULL,
                    data TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX story_seed ON story (seed);
CREATE INDEX story_updated ON story (updated) WHERE updated <> '';
CREATE INDEX story_category_updated ON story (category, updated) WHERE updated <> '';
CREATE INDEX story_order ON story (instant DESC, seen DESC, seed DESC, back DESC);
CREATE INDEX story_category ON story (category, instant DESC, seen DESC, seed DESC, back DESC);
CREATE TABLE tagging (slug TEXT NOT NULL, role TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
                      instant TEXT NOT NULL, seen TEXT NOT NULL, seed TEXT NOT NULL, back INTEGER NOT NULL,
                      updated TEXT NOT NULL, id TEXT NOT NULL,
                      PRIMARY KEY (role, slug, id)) WITHOUT ROWID;
CREATE INDEX tagging_updated ON tagging (role, slug, updated) WHERE updated <> '';
CREATE TABLE rendered (id TEXT PRIMARY KEY, stamp TEXT NOT NULL, parts BLOB NOT NULL);
CREATE TABLE tombstone (role TEXT NOT NULL, slug TEXT NOT NULL, gone TEXT NOT NULL, id TEXT NOT NULL,
                        uri TEXT NOT NULL, name TEXT NOT NULL,
                        PRIMARY KEY (role, slug, gone, id)) WITHOUT ROWID;
CREATE INDEX tombstone_story ON tombstone (id);
CREATE INDEX tagging_story ON tagging (id);
CREATE INDEX tagging_event ON tagging (slug, instant, name) WHERE role = 'tag' AND kind = 'event';
CREATE TABLE agenda (day TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (day, id)) WITHOUT ROWID;
CREATE INDEX agenda_story ON agenda (id);
CREATE TABLE tie (id TEXT PRIMARY KEY, parent TEXT NOT NULL, root TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX tie_parent ON tie (parent);
CREATE INDEX tie_root ON tie (root);
CREATE INDEX tagging_order ON tagging (role, slug, instant DESC, seen DESC, seed DESC, back DESC);
CREATE TABLE indexed (id TEXT PRIMARY KEY, place INTEGER NOT NULL, forms BLOB NOT NULL,
                      stale INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX indexed_place ON indexed (id, place, stale);
CREATE TABLE shard (era TEXT NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (era, number));
CREATE TABLE made (name TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX made_owner ON made (owner);
CREATE TABLE folder (name TEXT PRIMARY KEY, changed INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX indexed_order ON indexed (place);

-- The days on which the search index may be other than the stories.
CREATE TABLE to_index (day TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TRIGGER story_came AFTER INSERT ON story BEGIN
  INSERT OR IGNORE INTO to_index VALUES (substr(NEW.instant, 1, 10)); END;
CREATE TRIGGER story_went AFTER DELETE ON story BEGIN
  INSERT OR IGNORE INTO to_index VALUES (substr(OLD.instant, 1, 10)); END;

-- How many stories each list has, and the first of its kinds and names ('': to be looked up), so that no build counts
-- them again; the lists of the role 'month CATEGORY' are the stories of a month.
CREATE TABLE listed (role TEXT NOT NULL, slug TEXT NOT NULL, size INTEGER NOT NULL, found TEXT NOT NULL,
                     PRIMARY KEY (role, slug)) WITHOUT ROWID;
CREATE TRIGGER tagging_counted AFTER INSERT ON tagging BEGIN
  INSERT INTO listed VALUES (NEW.role, NEW.slug, 1, NEW.kind || char(10) || NEW.name)
    ON CONFLICT (role, slug) DO UPDATE SET size = size + 1, found = min(found, excluded.found); END;
CREATE TRIGGER tagging_discounted AFTER DELETE ON tagging BEGIN
  UPDATE listed SET size = size - 1, found = iif(found = OLD.kind || char(10) || OLD.name, '', found)
    WHERE role = OLD.role AND slug = OLD.slug;
  DELETE FROM listed WHERE role = OLD.role AND slug = OLD.slug AND size = 0; END;
CREATE TRIGGER all_stories_counted AFTER INSERT ON story BEGIN
  INSERT INTO listed VALUES ('', '', 1, '-')
    ON CONFLICT (role, slug) DO UPDATE SET size = size + 1; END;
CREATE TRIGGER all_stories_discounted AFTER DELETE ON story BEGIN
  UPDATE listed SET size = size - 1 WHERE role = '' AND slug = '';
  DELETE FROM listed WHERE role = '' AND slug = '' AND size = 0; END;
CREATE TRIGGER category_counted AFTER INSERT ON story BEGIN
  INSERT INTO listed VALUES ('category', NEW.category, 1, '-')
    ON CONFLICT (role, slug) DO UPDATE SET size = size + 1; END;
CREATE TRIGGER category_discounted AFTER DELETE ON story BEGIN
  UPDATE listed SET size = size - 1 WHERE role = 'category' AND slug = OLD.category;
  DELETE FROM listed WHERE role = 'category' AND slug = OLD.category AND size = 0; END;
CREATE TRIGGER month_counted AFTER INSERT ON story BEGIN
  INSERT INTO listed VALUES ('month ', substr(NEW.instant, 1, 7), 1, '-')
    ON CONFLICT (role, slug) DO UPDATE SET size = size + 1; END;
CREATE TRIGGER month_discounted AFTER DELETE ON story BEGIN
  UPDATE listed SET size = size - 1 WHERE role = 'month ' AND slug = substr(OLD.instant, 1, 7);
  DELETE FROM listed WHERE role = 'month ' AND slug = substr(OLD.instant, 1, 7) AND size = 0; END;
CREATE TRIGGER category_month_counted AFTER INSERT ON story BEGIN
  INSERT INTO listed VALUES ('month ' || NEW.category, substr(NEW.instant, 1, 7), 1, '-')
    ON CONFLICT (role, slug) DO UPDATE SET size = size + 1; END;
CREATE TRIGGER category_month_discounted AFTER DELETE ON story BEGIN
  UPDATE listed SET size = size - 1 WHERE role = 'month ' || OLD.category AND slug = substr(OLD.instant, 1, 7);
  DELETE FROM listed WHERE role = 'month ' || OLD.category AND slug = substr(OLD.instant, 1, 7) AND size = 0; END;
