package io.k8j.apiserver.verb;

import io.k8j.apiserver.meta.MetadataRules;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The options of a write: CreateOptions, UpdateOptions and PatchOptions, which come in the query.
 *
 * @param manager the named field manager; empty if none
 * @param force whether apply takes fields from others
 */
public record Params(String manager, boolean dryRun, Validation validation, boolean force, Map<String, Object> tree) {
    /** The media type of server-side apply. */
    public static final String APPLY = "application/apply-patch+yaml";

    /** What happens to fields nobody knows. */
    public enum Validation {
        IGNORE,
        WARN,
        STRICT
    }

    /** Reads CreateOptions. */
    public static Params create(ApiCall call) {
        return read(call, "CreateOptions", false, false);
    }

    /** Reads UpdateOptions. */
    public static Params update(ApiCall call) {
        return read(call, "UpdateOptions", false, false);
    }

    /** Reads PatchOptions. */
    public static Params patch(ApiCall call) {
        return read(call, "PatchOptions", true, APPLY.equals(call.contentType()));
    }

    /** @throws ApiException 422 if the options of a creation or update are wrong */
    public static void check(Verb verb, Map<String, String> query) {
        ApiCall call = new ApiCall(verb, null, "", "", "", query, null, null);
        if (verb == Verb.CREATE) create(call);
        else update(call);
    }

    /** The options as admission sees them when this update turns into a creation. */
    Map<String, Object> asCreateOptions() {
        Map<String, Object> options = new LinkedHashMap<>(tree);
        options.put("kind", "CreateOptions");
        options.remove("force");
        return options;
    }

    /** The options as admission sees them for an update. */
    Map<String, Object> asUpdateOptions() {
        Map<String, Object> options = new LinkedHashMap<>(tree);
        options.put("kind", "UpdateOptions");
        options.remove("force");
        return options;
    }

    private static Params read(ApiCall call, String kind, boolean patch, boolean apply) {
        Map<String, String> query = call.query();
        List<FieldError> errors = new ArrayList<>(0);
        String manager = query.getOrDefault("fieldManager", "");
        String force = query.get("force");
        if (apply && manager.isEmpty()) {
            errors.add(FieldError.required("fieldManager", "is required for apply patch"));
        }
        if (patch && !apply && force != null) {
            errors.add(FieldError.forbidden("force", "may not be specified for non-apply patch"));
        }
        errors.addAll(MetadataRules.manager(manager, "fieldManager"));
        String dryRun = query.getOrDefault("dryRun", "");
        if (query.containsKey("dryRun")) errors.addAll(dryRunErrors(dryRun));
        String validation = query.getOrDefault("fieldValidation", "");
        Validation mode = switch (validation) {
            case "Ignore" -> Validation.IGNORE;
            case "", "Warn" -> Validation.WARN;
            case "Strict" -> Validation.STRICT;
            default -> null;
        };
        if (mode == null) {
            errors.add(FieldError.notSupported("fieldValidation", validation, List.of("", "Ignore", "Strict", "Warn")));
        }
        if (!errors.isEmpty()) {
            throw ApiException.invalid(new GroupVersionKind("meta.k8s.io", "v1", kind), "", errors);
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("apiVersion", "meta.k8s.io/v1");
        if (!dryRun.isEmpty()) tree.put("dryRun", List.of("All"));
        if (!manager.isEmpty()) tree.put("fieldManager", manager);
        if (!validation.isEmpty()) tree.put("fieldValidation", validation);
        if (force != null) tree.put("force", flag(force));
        return new Params(manager, !dryRun.isEmpty(), mode, flag(force), tree);
    }

    /**
     * A yes or no of a query as upstream reads it: any value but {@code false} and {@code 0} means yes, none at all no.
     *
     * @param value null if the parameter was not given
     */
    public static boolean flag(String value) {
        return value != null && !value.equals("0") && !value.equalsIgnoreCase("false");
    }

    /**
     * A whole number of a query.
     *
     * @throws ApiException 400 in upstream's words if it is none
     */
    static long number(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw wrongNumber(value, value.matches("[+-]?[0-9]+"));
        }
    }

    private static ApiException wrongNumber(String value, boolean tooLarge) {
        return ApiException.badRequest("strconv.ParseInt: parsing %s: %s"
                .formatted(GoQuote.quote(value), tooLarge ? "value out of range" : "invalid syntax"));
    }

    static List<FieldError> dryRunErrors(String dryRun) {
        if (dryRun.equals("All")) return List.of();
        return List.of(FieldError.notSupported("dryRun", List.of(dryRun), List.of("All")));
    }

    /** The manager of a write: the named one, or the client's program. */
    public String managerOr(String agent) {
        if (!manager.isEmpty()) return manager;
        int slash = agent.indexOf('/');
        String program = slash < 0 ? agent : agent.substring(0, slash);
        StringBuilder clean = new StringBuilder();
        program.codePoints().filter(MetadataRules::isPrintable).limit(128).forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
