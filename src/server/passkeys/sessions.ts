/** Owns sessions: a random token in a cookie that scripts cannot read, of which only the hash is stored. */
import { createHash } from 'node:crypto';
import type {} from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Database, Queryable } from '#ledger/database.ts';
import { type Bytes, fromBase64url, toBase64url } from '#protocol/bytes.ts';
import { accept, type Outcome, refuse } from '#protocol/refusals.ts';
import type { Clock, Random } from '../ports.ts';

const TOKEN_LENGTH = 32;

export type Session = { readonly account: Bytes; readonly tokenHash: Bytes };

export type SessionParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly lifetimeMs: number;
  /** Browsers keep a `__Host-` cookie only when it is Secure and for this very host. */
  readonly secure: boolean;
};

export type Sessions = {
  readonly cookieName: string;
  /**
   * Inside the caller's transaction; the token is to be handed to `hand`. It takes the place of the
   * session that the browser had before, if any.
   */
  open(transaction: Queryable, account: Bytes, request: FastifyRequest): Promise<string>;
  hand(reply: FastifyReply, token: string): void;
  /** Refusal: not_signed_in. */
  of(request: FastifyRequest): Promise<Outcome<Session>>;
  isLive(session: Session): Promise<boolean>;
  /** Ends the session of this browser, if it has one. */
  close(request: FastifyRequest, reply: FastifyReply): Promise<void>;
};

function hashOf(token: Uint8Array): Bytes {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

export function createSessions(parts: SessionParts): Sessions {
  const { database, clock, random, lifetimeMs, secure } = parts;
  // On localhost all ports share their cookies, so the name says whose it is.
  const cookieName = secure ? '__Host-counterfoil' : 'counterfoil';
  const attributes = { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;

  function tokenHashOf(request: FastifyRequest): Bytes | undefined {
    const token = fromBase64url(request.cookies[cookieName] ?? '');
    return token?.length === TOKEN_LENGTH ? hashOf(token) : undefined;
  }

  async function readAccount(tokenHash: Bytes): Promise<Bytes | undefined> {
    const { rows } = await database.query<{ account: Bytes }>({
      name: 'read_session',
      text: 'SELECT account FROM session WHERE token_hash = $1 AND expires_at > $2',
      values: [tokenHash, new Date(clock.nowMs())],
    });
    return rows[0]?.account;
  }

  return {
    cookieName,
    async open(transaction, account, request) {
      const token = random.bytes(TOKEN_LENGTH);
      const nowMs = clock.nowMs();
      await transaction.query(
        'DELETE FROM session WHERE (account = $1 AND expires_at <= $2) OR token_hash = $3',
        [account, new Date(nowMs), tokenHashOf(request) ?? null],
      );
      await transaction.query(
        'INSERT INTO session (token_hash, account, expires_at) VALUES ($1, $2, $3)',
        [hashOf(token), account, new Date(nowMs + lifetimeMs)],
      );
      return toBase64url(token);
    },
    hand(reply, token) {
      reply.setCookie(cookieName, token, { ...attributes, maxAge: Math.floor(lifetimeMs / 1000) });
    },
    async of(request) {
      const tokenHash = tokenHashOf(request);
      const account = tokenHash && (await readAccount(tokenHash));
      return tokenHash && account ? accept({ account, tokenHash }) : refuse('not_signed_in');
    },
    isLive: async (session) => (await readAccount(session.tokenHash)) !== undefined,
    async close(request, reply) {
      const tokenHash = tokenHashOf(request);
      if (tokenHash) await database.query('DELETE FROM session WHERE token_hash = $1', [tokenHash]);
      reply.clearCookie(cookieName, attributes);
    },
  };
}
