package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.CertificateValidation;
import io.k8j.model.json.Trees;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What is special about certificate signing requests: who asks, and who may say what of them. */
final class CertificateRules {
    private CertificateRules() {}

    static Rules rules() {
        return Rules.withStatus()
                .withoutGeneration()
                .onCreate(CertificateRules::requester)
                .onUpdate((context, request, old) -> Rules.keep(request, old, "spec"))
                .onStatus(CertificateRules::prepareStatus)
                .check(CertificateValidation::signingRequest)
                .updateCheck((o, old) -> List.of()) // nothing but metadata can have changed
                .subresourceCheck((context, o, old) -> CertificateValidation.statusUpdate(isApproval(context), o, old))
                .select("spec.signerName");
    }

    /** Who asks for a certificate is what authentication says, not what the object says. */
    private static void requester(RequestContext context, Map<String, Object> request) {
        Map<String, Object> spec = Trees.map(request, "spec");
        if (spec.isEmpty()) {
            return;
        }
        spec.put("username", context.user().name());
        if (context.user().uid().isEmpty()) {
            spec.remove("uid");
        } else {
            spec.put("uid", context.user().uid());
        }
        spec.put("groups", new ArrayList<Object>(context.user().groups()));
        spec.remove("extra");
        if (!context.user().extra().isEmpty()) {
            Map<String, Object> extra = new LinkedHashMap<>();
            context.user().extra().forEach((key, values) -> extra.put(key, new ArrayList<Object>(values)));
            spec.put("extra", extra);
        }
    }

    private static boolean isApproval(RequestContext context) {
        return "approval".equals(context.subresource());
    }

    /**
     * {@code approval} writes conditions only. {@code status} leaves approvals as they are, unless it adds or takes away
     * some, which validation then refuses. Conditions without times get them.
     */
    private static void prepareStatus(RequestContext context, Map<String, Object> request, Map<String, Object> old) {
        List<Object> conditions = new ArrayList<>(Trees.list(request, "status", "conditions"));
        if (isApproval(context)) {
            request.put("status", new LinkedHashMap<>(Trees.deepCopy(Trees.map(old, "status"))));
        } else {
            preserve(conditions, old, "Approved");
            preserve(conditions, old, "Denied");
        }
        String now = context.now().truncatedTo(ChronoUnit.SECONDS).toString();
        for (Object condition : conditions) {
            Map<String, Object> c = Trees.map(condition);
            if (c.isEmpty()) continue;
            c.putIfAbsent("lastUpdateTime", now);
            if (c.get("lastTransitionTime") == null) c.put("lastTransitionTime", since(c, old, now));
        }
        if (conditions.isEmpty()) {
            Trees.remove(request, "status", "conditions");
        } else {
            Trees.set(request, conditions, "status", "conditions");
        }
    }

    private static void preserve(List<Object> conditions, Map<String, Object> old, String type) {
        List<Object> before = Trees.list(old, "status", "conditions");
        List<Integer> is = places(before, type);
        List<Integer> becomes = places(conditions, type);
        if (is.size() != becomes.size()) return;
        for (int i = 0; i < is.size(); i++) {
            conditions.set(becomes.get(i), Trees.deepCopy(before.get(is.get(i))));
        }
    }

    private static List<Integer> places(List<Object> conditions, String type) {
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < conditions.size(); i++) {
            if (type.equals(Trees.string(conditions.get(i), "type"))) places.add(i);
        }
        return places;
    }

    /** When a condition got its status. */
    private static String since(Map<String, Object> condition, Map<String, Object> old, String now) {
        for (Object before : Trees.list(old, "status", "conditions")) {
            String since = Trees.string(before, "lastTransitionTime");
            boolean same = Objects.equals(Trees.string(before, "type"), condition.get("type"))
                    && Objects.equals(Trees.string(before, "status"), condition.get("status"));
            if (same && since != null) return since;
        }
        return now;
    }
}
