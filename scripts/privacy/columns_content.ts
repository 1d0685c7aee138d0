// The tables of the schema content, and every column.
import type { TableData } from "./data_class.ts";

/** By name. */
export const CONTENT_TABLES: Readonly<Record<string, TableData>> = {
  "content.answer_key": {
    columns: `
      question_id uuid, version integer, skill_id uuid, type text?, answer jsonb?`,
  },
  "content.bundle": {
    columns: `
      history text, schema smallint, domain_id uuid, version integer, part smallint, rows integer,
      after text?, path text?, bytes integer?, sha256 bytea?, stored_at timestamptz?,
      signed_url text?, url_expires_at timestamptz?, retired_at timestamptz?, lease uuid?,
      leased_until timestamptz, attempts smallint`,
  },
  "content.cursor_key": {
    columns: `
      id smallint, key uuid`,
  },
  "content.domain": {
    columns: `
      id uuid, key text, title text, description text?, position integer, status text`,
  },
  "content.draft_mark": {
    columns: `
      mark bigint, kind text, ids uuid[]`,
  },
  "content.published_media": {
    columns: `
      sha256 text, version integer, signed_url text?, url_expires_at timestamptz?,
      sign_at timestamptz, signed_in text`,
  },
  "content.question": {
    columns: `
      id uuid, skill_id uuid, key text, type text, prompt text, choices text[], answer jsonb,
      explanation text?, difficulty smallint?, tags text[], media jsonb, position integer,
      status text`,
  },
  "content.release": {
    what: "releases",
    erasure: "kept",
    columns: `
      version integer, published_at timestamptz, published_by uuid? staff, note text? text,
      domains integer, skills integer, questions integer, upserts integer, deletes integer,
      change_hash bytea?, rollback_to integer?`,
  },
  "content.release_size": {
    columns: `
      schema smallint, domain_id uuid, version integer, rows integer, bytes bigint,
      change_bytes bigint`,
  },
  "content.release_state": {
    columns: `
      version integer, bundled_at timestamptz?, bundled_in text?`,
  },
  "content.required_release": {
    what: "required releases",
    erasure: "kept",
    columns: `
      version integer, required_from timestamptz, required_by uuid? staff, decided_at timestamptz`,
  },
  "content.revision": {
    columns: `
      schema smallint, from_schema smallint, version integer, kind text, id uuid, op text,
      domain_id uuid, skill_id uuid?, body text?, sha256 bytea?`,
  },
  "content.schedule": {
    what: "schedules",
    erasure: "kept",
    columns: `
      id bigint, due_at timestamptz, expected_hash text, note text? text, force boolean,
      created_at timestamptz, created_by uuid? staff, state text, attempts integer,
      finished_at timestamptz?, version integer?, error text?, detail text?`,
  },
  "content.schema": {
    columns: `
      schema smallint, state text, ends_at timestamptz?`,
  },
  "content.shelf": {
    what: "drafts that a roll-back replaced",
    erasure: "kept",
    columns: `
      id bigint, shelved_at timestamptz, shelved_by uuid? staff, head_version integer,
      rollback_to integer?, kind text, draft_id uuid, draft jsonb, restored_at timestamptz?`,
  },
  "content.skill": {
    columns: `
      id uuid, domain_id uuid, key text, title text, description text?, position integer,
      status text`,
  },
  "content.tree_node": {
    columns: `
      schema smallint, kind text, id uuid, version integer, hash bytea, rows integer`,
  },
  "content.tree_text": {
    columns: `
      skill_id uuid, schema smallint, from_schema smallint, lines text`,
  },
  "content.unused_media": {
    columns: `
      name text, since timestamptz, remove_at timestamptz, is_claimed boolean`,
  },
};
