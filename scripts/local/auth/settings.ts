// What anyone may ask without a token: is it alive, what can it do, which keys sign its tokens.
import type { Handler } from "./call.ts";

/** `GET /health` */
export const getHealth: Handler = () =>
  Response.json({
    version: "local",
    name: "GoTrue",
    description: "A local stand-in for GoTrue, the user registration and authentication API",
  });

/** `GET /settings`: providers that are on, and that addresses count as confirmed at once. */
export const getSettings: Handler = () =>
  Response.json({
    external: { anonymous_users: true, email: true, phone: false },
    disable_signup: false,
    mailer_autoconfirm: true,
    phone_autoconfirm: false,
    sms_provider: "",
    saml_enabled: false,
  });

/** `GET /.well-known/jwks.json`; cached as long as hosted's edge does. */
export const getJwks: Handler = ({ keys }) =>
  Response.json(keys.jwks, { headers: { "Cache-Control": "public, max-age=600" } });
