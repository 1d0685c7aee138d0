// Errors of the Storage service in hosted's shape. The HTTP status is 400 for all that a caller can cause, whatever
// `statusCode` in the body says; clients know that.

/** A refusal of the service. */
export class StorageError extends Error {
  override readonly name = "StorageError";
  constructor(
    /** What `statusCode` in the body says. */
    readonly statusCode: number,
    /** Hosted's name of the error, as newer clients read it. */
    readonly code: string,
    override readonly message: string,
    /** What `error` in the body says; the code unless older clients knew another text. */
    readonly error: string = code,
    readonly status: number = statusCode < 500 ? 400 : statusCode,
  ) {
    super(message);
  }
}

/** Hosted's refusals, in its words. */
export const refusals = {
  noSuchBucket: () => new StorageError(404, "NoSuchBucket", "Bucket not found", "Bucket not found"),
  noSuchKey: () => new StorageError(404, "NoSuchKey", "Object not found", "not_found"),
  accessDenied: (message = "new row violates row-level security policy") =>
    new StorageError(403, "AccessDenied", message, "Unauthorized"),
  noAuthorization: () =>
    new StorageError(400, "InvalidRequest", "headers must have required property 'authorization'", "Error"),
  duplicate: (code: "KeyAlreadyExists" | "BucketAlreadyExists") =>
    new StorageError(409, code, "The resource already exists", "Duplicate"),
  bucketNotEmpty: () =>
    new StorageError(409, "ResourceNotEmpty", "The bucket you tried to delete is not empty"),
  invalidKey: (key: string) => new StorageError(400, "InvalidKey", `Invalid key: ${key}`),
  invalidBucketName: () => new StorageError(400, "InvalidBucketName", "Bucket name invalid", "Invalid Input"),
  invalidBody: (message: string) => new StorageError(400, "InvalidRequest", message, "Error"),
  invalidMimeType: (type: string) =>
    new StorageError(415, "InvalidMimeType", `mime type ${type} is not supported`, "invalid_mime_type"),
  tooLarge: () =>
    new StorageError(
      413,
      "EntityTooLarge",
      "The object exceeded the maximum allowed size",
      "Payload too large",
    ),
  invalidRange: () => new StorageError(416, "InvalidRange", "The requested range is not satisfiable"),
  invalidJwt: (message: string) => new StorageError(400, "InvalidJWT", message),
  invalidSignature: () => new StorageError(400, "InvalidSignature", "Invalid signature"),
  relatedMissing: () => new StorageError(404, "InvalidRequest", "The related resource does not exist"),
  database: (message: string) => new StorageError(500, "DatabaseError", message),
  databaseTimeout: () => new StorageError(544, "DatabaseTimeout", "The connection to the database timed out"),
  /** Hosted can do this, the stand-in can't. */
  notImplemented: (what: string) =>
    new StorageError(
      501,
      "NotImplemented",
      `The local Storage does not do this: ${what}.`,
      "not_implemented",
    ),
};

/** The response for an error. */
export function errorResponse({ status, statusCode, error, code, message }: StorageError): Response {
  return Response.json({ statusCode: String(statusCode), error, code, message }, { status });
}
