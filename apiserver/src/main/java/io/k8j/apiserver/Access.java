package io.k8j.apiserver;

import io.k8j.apiserver.audit.AuditEvent;
import io.k8j.apiserver.metrics.AccessMetrics;
import io.k8j.apiserver.spi.Authorizer;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.Authorizer.Decision;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.GoQuote;
import io.k8j.model.api.Verb;
import io.k8j.model.resource.GroupVersionResource;
import io.k8j.model.selector.FieldSelector;
import io.k8j.model.selector.LabelSelector;
import io.k8j.model.selector.Requirement;
import java.util.LinkedHashMap;
import java.util.List;

/** Asks the authorizer and says no in upstream's words. */
public final class Access {
    private final Authorizer authorizer;
    private final AccessMetrics metrics = new AccessMetrics();

    public Access(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    /** Who decides. */
    public Authorizer authorizer() {
        return authorizer;
    }

    /** @throws ApiException 403 unless the user may send this request */
    void check(UserInfo user, ApiCall call) {
        check(attributes(user, call, call.verb().word()));
    }

    /** @throws ApiException 403 unless the user may create what this PUT or PATCH would create */
    void checkCreate(UserInfo user, ApiCall call) {
        check(attributes(user, call, "create"));
    }

    /** @throws ApiException 403 unless allowed; 500 if that could not be found out */
    public void check(Attributes wanted) {
        long begin = System.nanoTime();
        Decision decision = authorizer.authorize(wanted);
        metrics.decision(word(decision), System.nanoTime() - begin);
        switch (decision) {
            case Decision.Allow(String reason) -> annotate("allow", reason);
            case Decision.Deny(String reason, String error) -> throw refusal(wanted, reason, error);
            case Decision.NoOpinion(String reason, String error) -> throw refusal(wanted, reason, error);
        }
    }

    private static ApiException refusal(Attributes wanted, String reason, String error) {
        if (!error.isEmpty()) {
            AuditEvent event = AuditEvent.current();
            if (event != null) event.addAnnotation("authorization.k8s.io/reason", "internal error");
            return ApiException.plainInternal(error);
        }
        annotate("forbid", reason);
        return forbidden(wanted, reason);
    }

    private static String word(Decision decision) {
        return switch (decision) {
            case Decision.Allow allow -> "allowed";
            case Decision.Deny deny -> deny.error().isEmpty() ? "denied" : "error";
            case Decision.NoOpinion none -> none.error().isEmpty() ? "no-opinion" : "error";
        };
    }

    /** Who was let in, and how long it took to find out. */
    public AccessMetrics metrics() {
        return metrics;
    }

    private static void annotate(String decision, String reason) {
        AuditEvent event = AuditEvent.current();
        if (event == null) return;
        event.addAnnotation("authorization.k8s.io/decision", decision);
        event.addAnnotation("authorization.k8s.io/reason", reason == null ? "" : reason);
    }

    private static Attributes attributes(UserInfo user, ApiCall call, String verb) {
        GroupVersionResource r = call.resource();
        // A request for a namespace is one in that namespace.
        boolean isNamespace = r.group().isEmpty() && r.resource().equals("namespaces");
        String namespace = isNamespace ? call.name() : call.namespace();
        return new Attributes(
                user,
                verb,
                r.group(),
                r.version(),
                r.resource(),
                call.subresource(),
                namespace,
                selectedName(call),
                null,
                selectedFields(call),
                selectedLabels(call));
    }

    /** Whoever lists or watches the one object of a name asks for that object. */
    private static String selectedName(ApiCall call) {
        if (call.verb() != Verb.LIST && call.verb() != Verb.WATCH
                || !call.name().isEmpty()) return call.name();
        for (FieldSelector.Term term : selectedFields(call)) {
            if (!term.negated() && term.field().equals("metadata.name") && isPathSegment(term.value())) {
                return term.value();
            }
        }
        return "";
    }

    private static boolean isPathSegment(String name) {
        return !name.equals(".") && !name.equals("..") && name.indexOf('/') < 0 && name.indexOf('%') < 0;
    }

    private static List<FieldSelector.Term> selectedFields(ApiCall call) {
        String text = isOfMany(call) ? call.query().getOrDefault("fieldSelector", "") : "";
        return FieldSelector.readable(text).terms(); // the handler refuses a wrong one if the user may list at all
    }

    private static List<Requirement> selectedLabels(ApiCall call) {
        String text = isOfMany(call) ? call.query().getOrDefault("labelSelector", "") : "";
        return LabelSelector.readable(text).requirements();
    }

    private static boolean isOfMany(ApiCall call) {
        return switch (call.verb()) {
            case LIST, WATCH, DELETECOLLECTION -> true;
            case GET, CREATE, UPDATE, PATCH, DELETE -> false;
        };
    }

    /** Upstream's refusal. */
    public static ApiException forbidden(Attributes wanted, String reason) {
        String why = sanitized(sentence(wanted));
        if (reason != null && !reason.isEmpty()) why += ": " + reason;
        if (wanted.path() != null) {
            return new ApiException(403, "Forbidden", "forbidden: " + why, new LinkedHashMap<>()).ofAuthorizer();
        }
        return ApiException.forbidden(
                        new GroupVersionResource(wanted.apiGroup(), wanted.apiVersion(), wanted.resource()),
                        wanted.name(),
                        why)
                .ofAuthorizer();
    }

    /** What somebody may not do, in upstream's words, without a reason. */
    public static String sentence(Attributes wanted) {
        String user = GoQuote.quote(wanted.user().name());
        if (wanted.path() != null) {
            return "User %s cannot %s path %s".formatted(user, wanted.verb(), GoQuote.quote(wanted.path()));
        }
        String resource = wanted.resource();
        if (!wanted.subresource().isEmpty()) resource += "/" + wanted.subresource();
        String what = "User %s cannot %s resource %s in API group %s"
                .formatted(user, wanted.verb(), GoQuote.quote(resource), GoQuote.quote(wanted.apiGroup()));
        return wanted.namespace().isEmpty()
                ? what + " at the cluster scope"
                : what + " in the namespace " + GoQuote.quote(wanted.namespace());
    }

    private static String sanitized(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
