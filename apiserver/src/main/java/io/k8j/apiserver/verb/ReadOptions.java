package io.k8j.apiserver.verb;

import io.k8j.apiserver.cache.Selection;
import io.k8j.apiserver.cache.StoreFeed;
import io.k8j.apiserver.resource.ServedResource;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.FieldError;
import io.k8j.model.api.GoQuote;
import io.k8j.model.resource.GroupVersionKind;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.SelectorException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The options of a list or watch, as they come in the query.
 *
 * @param resourceVersion empty if none was given
 * @param match {@code resourceVersionMatch}; empty if none
 * @param limit 0 for no limit
 * @param sendInitialEvents null if not given
 */
record ReadOptions(
        String resourceVersion,
        String match,
        long limit,
        String continueToken,
        Boolean sendInitialEvents,
        boolean bookmarks,
        Long timeoutSeconds,
        Selection selection) {
    private static final String NAMELESS = " \"\" is invalid: ";
    private static final Duration FUTURE_PATIENCE = Duration.ofSeconds(3);

    static ReadOptions list(Call call) {
        return read(call, false);
    }

    static ReadOptions watch(Call call) {
        return read(call, true);
    }

    private static ReadOptions read(Call call, boolean watch) {
        String version = call.query("resourceVersion");
        String match = call.query("resourceVersionMatch");
        Boolean initial = call.api().query().containsKey("sendInitialEvents") ? flag(call, "sendInitialEvents") : null;
        // The old paths below /watch/ are checked as lists are; callers in this process need not say it twice.
        boolean asked = watch && (!call.api().query().containsKey("watch") || flag(call, "watch"));
        boolean current = version.isEmpty() || version.equals("0");
        if (asked && current && initial == null && match.isEmpty()) {
            initial = true; // such watches have always begun with all objects
            match = "NotOlderThan";
        }
        long limit = number(call, "limit");
        Long seconds = call.api().query().containsKey("timeoutSeconds") ? number(call, "timeoutSeconds") : null;
        Selectors selectors = selectors(call);
        String token = call.query("continue");
        check(asked ? watchErrors(match, initial, token) : listErrors(version, match, initial, token));
        boolean bookmarks = flag(call, "allowWatchBookmarks");
        ReadOptions options =
                new ReadOptions(version, match, limit, token, initial, bookmarks, seconds, selection(call, selectors));
        options.checkRevision(watch);
        return options;
    }

    private static void check(List<FieldError> errors) {
        if (errors.isEmpty()) return;
        throw ApiException.invalid(new GroupVersionKind("meta.k8s.io", "v1", "ListOptions"), "", errors);
    }

    /** The version must be a number, whatever it is used for. */
    private void checkRevision(boolean watch) {
        if (!watch && !continueToken.isEmpty()) return; // a page has the version of its first one
        try {
            revision();
        } catch (ApiException e) {
            if (watch) throw e;
            throw ApiException.badRequest(
                    "invalid resource version: " + e.getMessage().substring(NAMELESS.length()));
        }
    }

    private static List<FieldError> listErrors(
            String resourceVersion, String match, Boolean sendInitialEvents, String continueToken) {
        List<FieldError> errors = new ArrayList<>(0);
        String field = "resourceVersionMatch";
        if (!match.isEmpty()) {
            if (resourceVersion.isEmpty()) {
                errors.add(FieldError.forbidden(
                        field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
            }
            if (!continueToken.isEmpty()) {
                errors.add(FieldError.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"));
            }
            if (!match.equals("Exact") && !match.equals("NotOlderThan")) {
                errors.add(FieldError.notSupported(field, match, List.of("Exact", "NotOlderThan", "")));
            }
            if (match.equals("Exact") && resourceVersion.equals("0")) {
                errors.add(FieldError.forbidden(
                        field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
            }
        }
        if (sendInitialEvents != null) {
            errors.add(FieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
        }
        return errors;
    }

    private static List<FieldError> watchErrors(String match, Boolean sendInitialEvents, String continueToken) {
        List<FieldError> errors = new ArrayList<>(0);
        String field = "resourceVersionMatch";
        if (sendInitialEvents != null && !match.equals("NotOlderThan")) {
            errors.add(FieldError.forbidden(
                    field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (match.isEmpty()) return errors;
        if (sendInitialEvents == null) {
            errors.add(FieldError.forbidden(
                    field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
        }
        if (!match.equals("NotOlderThan")) {
            errors.add(FieldError.notSupported(field, match, List.of("NotOlderThan")));
        }
        if (!continueToken.isEmpty()) {
            errors.add(FieldError.forbidden(field, "resourceVersionMatch is forbidden when continue is provided"));
        }
        return errors;
    }

    /** The resourceVersion as a number; 0 if none was given. */
    long revision() {
        return revision(resourceVersion);
    }

    static long revision(String resourceVersion) {
        if (resourceVersion.isEmpty()) return 0;
        try {
            if (resourceVersion.startsWith("+")) throw new NumberFormatException("a sign is not allowed");
            return Long.parseUnsignedLong(resourceVersion);
        } catch (NumberFormatException e) {
            boolean tooLarge = resourceVersion.matches("[0-9]+");
            throw ApiException.invalid(
                    new GroupVersionKind("", "", ""),
                    "",
                    List.of(FieldError.invalid(
                            "resourceVersion",
                            resourceVersion,
                            "strconv.ParseUint: parsing " + GoQuote.quote(resourceVersion) + ": "
                                    + (tooLarge ? "value out of range" : "invalid syntax"))));
        }
    }

    /**
     * Waits a little for a revision the client has seen elsewhere.
     *
     * @throws ApiException 504 if it does not come
     */
    static void awaitRevision(StoreFeed feed, long revision) {
        if (reaches(feed, revision)) return;
        Map<String, Object> cause = new LinkedHashMap<>();
        cause.put("reason", "ResourceVersionTooLarge");
        cause.put("message", "Too large resource version");
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("causes", List.of(cause));
        details.put("retryAfterSeconds", 1L);
        throw new ApiException(
                504,
                "Timeout",
                "Timeout: Too large resource version: %s, current: %d"
                        .formatted(Long.toUnsignedString(revision), feed.applied()),
                details);
    }

    /** Whether a revision has come, or comes within a little time. */
    static boolean reaches(StoreFeed feed, long revision) {
        return revision <= feed.applied() || feed.await(revision, FUTURE_PATIENCE);
    }

    private record Selectors(LabelSelector labels, FieldSelector fields) {}

    private static Selectors selectors(Call call) {
        try {
            LabelSelector labels = LabelSelector.parse(call.query("labelSelector"));
            return new Selectors(labels, FieldSelector.parse(call.query("fieldSelector")));
        } catch (SelectorException e) {
            throw ApiException.badRequest(e.getMessage());
        }
    }

    private static Selection selection(Call call, Selectors selectors) {
        FieldSelector fields = selectors.fields();
        checkFields(call.resource(), fields);
        boolean namespaced = call.resource().info().namespaced();
        FieldSelector all = stored(call.resource(), fields);
        if (!call.name().isEmpty()) {
            if (!fields.terms().isEmpty() && !call.name().equals(fields.exactValue("metadata.name"))) {
                throw ApiException.badRequest("fieldSelector metadata.name doesn't match requested name");
            }
            List<FieldSelector.Term> terms = new ArrayList<>(all.terms());
            terms.add(new FieldSelector.Term("metadata.name", false, call.name()));
            all = FieldSelector.of(terms);
        }
        Selection selection = Selection.of(namespaced, call.namespace(), selectors.labels(), all);
        return asksOwn(fields) && call.resource().movesFields()
                ? selection.servedBy(call.resource()::selectableFields)
                : selection;
    }

    private static boolean asksOwn(FieldSelector fields) {
        return fields.terms().stream().anyMatch(term -> !term.field().startsWith("metadata."));
    }

    // The other Event names some fields anew; the stored object answers under the old names.
    private static FieldSelector stored(ServedResource resource, FieldSelector fields) {
        if (fields.isEmpty() || !resource.gvr().group().equals("events.k8s.io")) return fields;
        List<FieldSelector.Term> terms = new ArrayList<>();
        for (FieldSelector.Term term : fields.terms()) {
            String name = term.field();
            if (name.startsWith("regarding.")) name = "involvedObject." + name.substring(10);
            if (name.equals("reportingController")) name = "reportingComponent";
            terms.add(new FieldSelector.Term(name, term.negated(), term.value()));
        }
        return FieldSelector.of(terms);
    }

    private static void checkFields(ServedResource resource, FieldSelector fields) {
        Set<String> known = resource.info().fieldLabels();
        for (FieldSelector.Term term : fields.terms()) {
            if (known.contains(term.field())) continue;
            if (resource.info().ownFieldLabels()) {
                throw ApiException.badRequest(notSupported(resource, term.field()));
            }
            throw ApiException.badRequest(
                    "\"%s\" is not a known field selector: only \"metadata.name\",".formatted(term.field())
                            + " \"metadata.namespace\"");
        }
    }

    private static String notSupported(ServedResource resource, String label) {
        return switch (resource.gvk().kind()) {
            case "Job" -> "field label " + GoQuote.quote(label) + " not supported for Job";
            case "ResourceSlice" ->
                "field label not supported for " + resource.gvk().apiVersion() + ", Kind=ResourceSlice: " + label;
            default -> "field label not supported: " + label;
        };
    }

    private static boolean flag(Call call, String parameter) {
        return Params.flag(call.api().query().get(parameter));
    }

    private static long number(Call call, String parameter) {
        String text = call.api().query().get(parameter);
        return text == null ? 0 : Params.number(text);
    }
}
