package io.k8j.model.api;

import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.resource.GroupVersionResource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A request that the API server refused or could not serve: the {@code Status} that goes over the wire.
 *
 * <p>Carries no stack trace, because refusals are ordinary answers and frequent.
 */
public final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Never on the wire: the status of such an answer has no body that could name a reason. */
    private static final String PLAIN = "PlainInternalError";

    private final int code;
    private final String reason;
    private final transient Map<String, Object> details;
    private final String continueToken;
    private final transient List<String> warnings;
    private final boolean byAuthorizer;

    public ApiException(int code, String reason, String message, Map<String, Object> details) {
        this(code, reason, message, details, "", List.of(), false);
    }

    private ApiException(
            int code,
            String reason,
            String message,
            Map<String, Object> details,
            String continueToken,
            List<String> warnings,
            boolean byAuthorizer) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
        this.continueToken = continueToken;
        this.warnings = warnings;
        this.byAuthorizer = byAuthorizer;
    }

    /** The same refusal of a page, with a token by which the client may go on with an inconsistent list. */
    public ApiException withContinue(String token) {
        return new ApiException(code, reason, getMessage(), details, token, warnings, byAuthorizer);
    }

    /** The same refusal together with what the client was to be warned of before. */
    public ApiException withWarnings(List<String> texts) {
        return new ApiException(code, reason, getMessage(), details, continueToken, List.copyOf(texts), byAuthorizer);
    }

    /** The same refusal, marked as one of who may not do it at all: such answers carry a header of their own. */
    public ApiException ofAuthorizer() {
        return new ApiException(code, reason, getMessage(), details, continueToken, warnings, true);
    }

    /** Whether the request was refused because its user may not make it. */
    public boolean isOfAuthorizer() {
        return byAuthorizer;
    }

    /** What the client is to be warned of, besides being refused; never null. */
    public List<String> warnings() {
        return warnings == null ? List.of() : warnings;
    }

    /** HTTP status code, 400 to 599. */
    public int code() {
        return code;
    }

    /** Machine-readable reason such as {@code NotFound}; empty if unknown. */
    public String reason() {
        return reason;
    }

    /** The Status' details (name, group, kind, causes, retryAfterSeconds); null if none. */
    public Map<String, Object> details() {
        return details;
    }

    public boolean isNotFound() {
        return code == 404;
    }

    public boolean isAlreadyExists() {
        return reason.equals("AlreadyExists");
    }

    public boolean isConflict() {
        return code == 409 && !isAlreadyExists();
    }

    /** Whether a list or watch must start anew because its version is too old. */
    public boolean isGone() {
        return code == 410;
    }

    public boolean isForbidden() {
        return code == 403;
    }

    public boolean isInvalid() {
        return reason.equals("Invalid");
    }

    /** The Status object as a tree. */
    public Map<String, Object> toStatus() {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("kind", "Status");
        status.put("apiVersion", "v1");
        Map<String, Object> metadata = new LinkedHashMap<>();
        if (!continueToken.isEmpty()) {
            metadata.put("continue", continueToken);
        }
        status.put("metadata", metadata);
        status.put("status", "Failure");
        status.put("message", getMessage());
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (details != null) {
            status.put("details", details);
        }
        status.put("code", (long) code);
        return status;
    }

    /** Reads a Status tree that came over the wire. */
    @SuppressWarnings("unchecked")
    public static ApiException fromStatus(int httpCode, Map<String, Object> status) {
        Object code = status.get("code");
        return new ApiException(
                code instanceof Number n ? n.intValue() : httpCode,
                status.get("reason") instanceof String r ? r : "",
                status.get("message") instanceof String m ? m : "the server answered " + httpCode,
                status.get("details") instanceof Map<?, ?> d ? (Map<String, Object>) d : null);
    }

    public static ApiException notFound(GroupVersionResource resource, String name) {
        return new ApiException(
                404,
                "NotFound",
                "%s %s not found".formatted(resource.qualified(), GoQuote.quote(name)),
                details(resource, name));
    }

    public static ApiException alreadyExists(GroupVersionResource resource, String name) {
        return new ApiException(
                409,
                "AlreadyExists",
                "%s %s already exists".formatted(resource.qualified(), GoQuote.quote(name)),
                details(resource, name));
    }

    /** A name exists that was to be made from {@code generateName}: another try may find a free one. */
    public static ApiException generatedNameExists(GroupVersionResource resource, String name) {
        Map<String, Object> details = details(resource, name);
        details.put("retryAfterSeconds", 1L);
        return new ApiException(
                409,
                "AlreadyExists",
                "%s %s already exists, the server was not able to generate a unique name for the object"
                        .formatted(resource.qualified(), GoQuote.quote(name)),
                details);
    }

    /** An optimistic-locking or precondition failure; {@code why} follows the standard beginning. */
    public static ApiException conflict(GroupVersionResource resource, String name, String why) {
        return new ApiException(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s %s: %s".formatted(resource.qualified(), GoQuote.quote(name), why),
                details(resource, name));
    }

    /** The usual conflict: the writer had read an older version. */
    public static ApiException modified(GroupVersionResource resource, String name) {
        return conflict(
                resource,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    public static ApiException forbidden(GroupVersionResource resource, String name, String why) {
        String what = name.isEmpty() ? resource.qualified() : resource.qualified() + " " + GoQuote.quote(name);
        return new ApiException(403, "Forbidden", what + " is forbidden: " + why, details(resource, name));
    }

    /** A validation failure with all its causes. */
    public static ApiException invalid(GroupVersionKind kind, String name, List<FieldError> errors) {
        Map<String, Object> details = new LinkedHashMap<>();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!kind.group().isEmpty()) {
            details.put("group", kind.group());
        }
        if (!kind.kind().isEmpty()) {
            details.put("kind", kind.kind());
        }
        details.put("causes", errors.stream().map(FieldError::toCause).toList());
        String qualified = kind.group().isEmpty() ? kind.kind() : kind.kind() + "." + kind.group();
        return new ApiException(
                422,
                "Invalid",
                "%s %s is invalid: %s".formatted(qualified, GoQuote.quote(name), FieldError.aggregate(errors)),
                details);
    }

    public static ApiException badRequest(String message) {
        return new ApiException(400, "BadRequest", message, null);
    }

    public static ApiException unauthorized() {
        return new ApiException(401, "Unauthorized", "Unauthorized", null);
    }

    /** The list or watch version is no longer available. */
    public static ApiException expired(String message) {
        return new ApiException(410, "Expired", message, null);
    }

    public static ApiException methodNotSupported(GroupVersionResource resource, String action) {
        return new ApiException(
                405,
                "MethodNotAllowed",
                "%s is not supported on resources of kind %s"
                        .formatted(GoQuote.quote(action), GoQuote.quote(resource.qualified())),
                details(resource, ""));
    }

    /** The path is served, but not with this method. */
    public static ApiException methodNotAllowed() {
        return new ApiException(
                405,
                "MethodNotAllowed",
                "the server does not allow this method on the requested resource",
                new LinkedHashMap<>());
    }

    public static ApiException notAcceptable(List<String> accepted) {
        return new ApiException(
                406,
                "NotAcceptable",
                "only the following media types are accepted: " + String.join(", ", accepted),
                null);
    }

    /** As {@link #notAcceptable}, of documents that are no objects. */
    public static ApiException noRepresentation(List<String> available) {
        return new ApiException(
                406,
                "NotAcceptable",
                "406: Not Acceptable\n\nAvailable representations: " + String.join(", ", available),
                new LinkedHashMap<>());
    }

    public static ApiException unsupportedMediaType(List<String> accepted) {
        return new ApiException(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted),
                null);
    }

    public static ApiException tooLarge(String message) {
        return new ApiException(413, "RequestEntityTooLarge", message, null);
    }

    public static ApiException timeout(String message) {
        return new ApiException(504, "Timeout", message, null);
    }

    public static ApiException internal(String message) {
        Map<String, Object> cause = new LinkedHashMap<>();
        cause.put("message", message);
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("causes", List.of(cause));
        return new ApiException(500, "InternalError", "Internal error occurred: " + message, details);
    }

    /** A fault that upstream tells as plain text instead of a Status, with the request's address before it. */
    public static ApiException plainInternal(String message) {
        return new ApiException(500, PLAIN, message, null);
    }

    /** Whether this goes over the wire as plain text, see {@link #plainInternal}. */
    public boolean isPlain() {
        return reason.equals(PLAIN);
    }

    public static ApiException unavailable(String message) {
        return new ApiException(503, "ServiceUnavailable", message, null);
    }

    private static Map<String, Object> details(GroupVersionResource resource, String name) {
        Map<String, Object> details = new LinkedHashMap<>();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!resource.group().isEmpty()) {
            details.put("group", resource.group());
        }
        details.put("kind", resource.resource());
        return details;
    }
}
