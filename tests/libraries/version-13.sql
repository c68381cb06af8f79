BEGIN TRANSACTION;
CREATE TABLE captions (
            chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
            model TEXT NOT NULL, caption TEXT NOT NULL);
CREATE TABLE chunks (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL, kind TEXT NOT NULL, header TEXT NOT NULL, text TEXT NOT NULL,
            boxes TEXT NOT NULL, furniture TEXT NOT NULL DEFAULT '[]', picture INTEGER, picture_kind TEXT);
INSERT INTO "chunks" VALUES(1,1,1,'image','press.png','Graphic with the words: Cider press 5150 EUR
Cider press 5150 EUR','[[0.0, 0.0, 420.0, 120.0], [15.0, 41.0, 335.0, 86.0]]','[]',1,'chart');
INSERT INTO "chunks" VALUES(2,2,1,'table','The orchard','The oldest pear tree was planted in 1911 by Edda Lindqvist and still bears fruit every second autumn.
Year | Crates
2021 | 48
2022 | 63','[]','[]',NULL,NULL);
PRAGMA writable_schema=ON;
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','chunks_terms','chunks_terms',0,'CREATE VIRTUAL TABLE chunks_terms USING fts5vocab (''chunks_text'', ''row'')');
INSERT INTO sqlite_master(type,name,tbl_name,rootpage,sql)VALUES('table','chunks_text','chunks_text',0,'CREATE VIRTUAL TABLE chunks_text USING fts5 (
            header, text, content=''chunks_searched'', content_rowid=''id'', tokenize=''porter unicode61'')');
CREATE TABLE 'chunks_text_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO "chunks_text_config" VALUES('version',4);
CREATE TABLE 'chunks_text_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO "chunks_text_data" VALUES(1,X'020A24');
INSERT INTO "chunks_text_data" VALUES(10,X'000000000102020002010101020101');
INSERT INTO "chunks_text_data" VALUES(137438953473,X'000000A00530353135300108010108060105636861727401020402046964657201080101060601076469616772616D01020701036575720108010109060105666967757201020801056772617068010205060269630106010102010670696374757201020902036C6F7401020602026E67010203020472657373010A020101070601037468650106010104010477697468010601010302036F72640106010105040C0A0C0C0B0A0A090B08070D0A0B');
INSERT INTO "chunks_text_data" VALUES(274877906945,X'000001130530313931310206010109010432303231020601011604013202060101180102343802060101170102363302060101190103616E64020601010D02057574756D6E0206010113010462656172020601010F020179020601010A010563726174650206010115010465646461020601010B02047665726902060101110105667275697402060101100102696E020601010801096C696E647176697374020601010C01066F6C6465737402060101030206726368617264020203010470656172020601010402046C616E74020601010701067365636F6E640206010112020474696C6C020601010E0103746865020802010102020372656502060101050102776102060101060104796561720206010114040B0B0809090A0C0B080C0B0B0C09100D0B0B0B0D0B0B0A09');
CREATE TABLE 'chunks_text_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO "chunks_text_docsize" VALUES(1,X'080C');
INSERT INTO "chunks_text_docsize" VALUES(2,X'0218');
CREATE TABLE 'chunks_text_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO "chunks_text_idx" VALUES(1,X'',2);
INSERT INTO "chunks_text_idx" VALUES(2,X'',2);
CREATE TABLE collection_documents (
            collection_id INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            PRIMARY KEY (collection_id, document_id)) WITHOUT ROWID;
CREATE TABLE collections (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, hidden INTEGER NOT NULL DEFAULT 0);
CREATE TABLE conversations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, updated_at REAL NOT NULL,
            hidden INTEGER NOT NULL DEFAULT 0, collection_id INTEGER REFERENCES collections ON DELETE SET NULL, person TEXT NOT NULL DEFAULT '');
INSERT INTO "conversations" VALUES(1,'Who planted the pear tree?',1.79585074465109252933e+09,0,NULL,'');
CREATE TABLE digests (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, model TEXT NOT NULL,
            place INTEGER NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (document_id, model, place));
CREATE TABLE documents (
            id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, name TEXT NOT NULL,
            sha256 TEXT NOT NULL, format TEXT NOT NULL, title TEXT NOT NULL, pages INTEGER NOT NULL,
            chunks INTEGER NOT NULL, images INTEGER NOT NULL, ocr_pages INTEGER NOT NULL,
            bytes INTEGER NOT NULL, added_at REAL NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('indexing', 'ready', 'removing')), report TEXT, pinned INTEGER NOT NULL DEFAULT 0);
INSERT INTO "documents" VALUES(1,'/home/edda/press.png','press.png','ecf50f35099373d2a5fa1fdca028f5edcb23e469d22caa33f1db5ed11d06f127','image','press.png',1,1,1,1,4710,1.79585074357292699817e+09,'ready','{"pages": 1, "ocr_pages": 1, "empty_pages": [], "tables": 0, "images": 1, "captions": 1, "characters": 65, "seconds": 1.696, "skipped": []}',0);
INSERT INTO "documents" VALUES(2,'/home/edda/orchard.md','orchard.md','301c6f5c1b29806ff3ff6acbe6dc7a693ac70434061da38c500791efab847639','markdown','The orchard',1,1,0,0,174,1.79585074368860769271e+09,'ready','{"pages": 1, "ocr_pages": 0, "empty_pages": [], "tables": 1, "images": 0, "captions": 0, "characters": 135, "seconds": 1.81, "skipped": []}',0);
CREATE TABLE folders (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE guides (
            document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE, guide TEXT NOT NULL);
CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, name TEXT NOT NULL,
            state TEXT NOT NULL, error TEXT NOT NULL DEFAULT '', collection_id INTEGER REFERENCES collections ON DELETE SET NULL, again INTEGER NOT NULL DEFAULT 0);
CREATE TABLE messages (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
            role TEXT NOT NULL CHECK (role IN ('user', 'assistant')), content TEXT NOT NULL,
            details TEXT NOT NULL, replaced INTEGER NOT NULL DEFAULT 0);
INSERT INTO "messages" VALUES(1,1,'user','Who planted the pear tree?','{}',0);
INSERT INTO "messages" VALUES(2,1,'assistant','Edda Lindqvist.','{}',0);
CREATE TABLE pages (
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE, number INTEGER NOT NULL,
            width REAL NOT NULL, height REAL NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (document_id, number)) WITHOUT ROWID;
INSERT INTO "pages" VALUES(1,1,420.0,120.0,'Graphic with the words: Cider press 5150 EUR
Cider press 5150 EUR');
INSERT INTO "pages" VALUES(2,1,0.0,0.0,'The oldest pear tree was planted in 1911 by Edda Lindqvist and still bears fruit every second autumn.
Year | Crates
2021 | 48
2022 | 63');
CREATE TABLE places (
            path TEXT PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE)
            WITHOUT ROWID;
CREATE TABLE queue (paused INTEGER NOT NULL);
INSERT INTO "queue" VALUES(0);
CREATE TABLE successors (old INTEGER PRIMARY KEY, new INTEGER NOT NULL);
CREATE TABLE tables (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
            page INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL, rows TEXT NOT NULL, boxes TEXT);
INSERT INTO "tables" VALUES(1,2,1,'The orchard','["Year", "Crates"]','[["2021", "48"], ["2022", "63"]]',NULL);
CREATE TABLE unfinished (
            document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
            reader TEXT NOT NULL, pages INTEGER NOT NULL);
CREATE TABLE unfinished_vectors (
            chunk_id INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE, vector BLOB NOT NULL);
CREATE INDEX documents_by_path ON documents (path);
CREATE INDEX chunks_by_document ON chunks (document_id, page);
CREATE INDEX tables_by_document ON tables (document_id);
CREATE INDEX places_by_document ON places (document_id);
CREATE INDEX collections_by_document ON collection_documents (document_id);
CREATE INDEX messages_by_conversation ON messages (conversation_id, id);
CREATE VIEW chunks_searched AS
            SELECT id, header || CASE picture_kind WHEN 'photo' THEN ' > photo, photograph, picture, image' WHEN 'chart' THEN ' > chart, graph, plot, diagram, figure, picture' WHEN 'scan' THEN ' > scan, scanned page, receipt, letter, picture' WHEN 'screenshot' THEN ' > screenshot, screen, window, picture' ELSE '' END AS header, text FROM chunks;
CREATE TRIGGER chunks_text_added AFTER INSERT ON chunks BEGIN
            INSERT INTO chunks_text (rowid, header, text)
            SELECT id, header, text FROM chunks_searched WHERE id = new.id; END;
CREATE TRIGGER chunks_text_removed BEFORE DELETE ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            SELECT 'delete', id, header, text FROM chunks_searched WHERE id = old.id; END;
CREATE TRIGGER chunks_text_changing BEFORE UPDATE OF header, text, picture_kind ON chunks BEGIN
            INSERT INTO chunks_text (chunks_text, rowid, header, text)
            SELECT 'delete', id, header, text FROM chunks_searched WHERE id = old.id; END;
CREATE TRIGGER chunks_text_changed AFTER UPDATE OF header, text, picture_kind ON chunks BEGIN
            INSERT INTO chunks_text (rowid, header, text)
            SELECT id, header, text FROM chunks_searched WHERE id = new.id; END;
CREATE INDEX conversations_by_person ON conversations (person, updated_at);
PRAGMA writable_schema=OFF;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('documents',2);
INSERT INTO "sqlite_sequence" VALUES('chunks',2);
INSERT INTO "sqlite_sequence" VALUES('tables',1);
INSERT INTO "sqlite_sequence" VALUES('conversations',1);
INSERT INTO "sqlite_sequence" VALUES('messages',2);
COMMIT;
PRAGMA user_version=13;
