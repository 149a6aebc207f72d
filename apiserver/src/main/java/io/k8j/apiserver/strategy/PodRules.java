package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.validation.Place;
import io.k8j.apiserver.validation.PodValidation;
import io.k8j.apiserver.validation.QosClass;
import io.k8j.model.json.Trees;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is special about Pods. */
final class PodRules {
    private PodRules() {}

    static Rules rules() {
        FaultlessSpecs specs = new FaultlessSpecs();
        return Rules.withStatus()
                .onCreate((context, pod) -> {
                    create(context, pod);
                    specs.recognize(pod);
                })
                .onUpdate((context, pod, old) -> {})
                .onStatus(PodRules::status)
                .check(specs::check)
                .updateCheck(PodValidation::update)
                .statusCheck(PodValidation::statusUpdate)
                .warn((pod, old) -> warnings(specs, pod, old))
                .warnOfStatus((pod, old) -> NetworkWarnings.podStatus(pod))
                .grace(PodRules::grace)
                .select("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName")
                .select(
                        "spec.hostNetwork",
                        p -> Boolean.toString(p.at("spec", "hostNetwork").isTrue()))
                .select("status.phase")
                .select("status.podIP", PodRules::podIp)
                .select("status.nominatedNodeName");
    }

    /** Nobody changes Pods by hand, so only new ones are looked at. */
    private static List<String> warnings(FaultlessSpecs specs, Map<String, Object> pod, Map<String, Object> old) {
        if (old != null) {
            return List.of();
        }
        List<String> warnings = new ArrayList<>(ObjectWarnings.podName(pod));
        warnings.addAll(specs.warnings(pod));
        return warnings;
    }

    private static String podIp(Place pod) {
        Place first = pod.at("status", "podIPs").index(0);
        return first.present() ? first.text("ip") : pod.at("status", "podIP").text();
    }

    private static void create(RequestContext context, Map<String, Object> pod) {
        Place spec = Place.of(pod).field("spec");
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("phase", "Pending");
        if (!spec.field("schedulingGates").isEmpty()) {
            Map<String, Object> gated = new LinkedHashMap<>();
            gated.put("type", "PodScheduled");
            gated.put("status", "False");
            gated.put("lastProbeTime", null);
            gated.put(
                    "lastTransitionTime",
                    context.now().truncatedTo(ChronoUnit.SECONDS).toString());
            gated.put("reason", "SchedulingGated");
            gated.put("message", "Scheduling is blocked due to non-empty scheduling gates");
            status.put("conditions", new ArrayList<>(List.of(gated)));
        }
        status.put("qosClass", QosClass.of(spec));
        pod.put("status", status);
        mergeLabelKeys(pod);
        AppArmorAnnotations.apply(context, pod);
    }

    /** Turns {@code matchLabelKeys} into requirements of the selectors next to them, once, when the Pod is made. */
    private static void mergeLabelKeys(Map<String, Object> pod) {
        Map<String, Object> labels = Trees.map(pod, "metadata", "labels");
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            Map<String, Object> affinity = Trees.map(pod, "spec", "affinity", kind);
            for (Object term : Trees.list(affinity, "requiredDuringSchedulingIgnoredDuringExecution")) {
                merge(Trees.map(term), labels);
            }
            for (Object term : Trees.list(affinity, "preferredDuringSchedulingIgnoredDuringExecution")) {
                merge(Trees.map(term, "podAffinityTerm"), labels);
            }
        }
        for (Object constraint : Trees.list(pod, "spec", "topologySpreadConstraints")) {
            merge(Trees.map(constraint), labels);
        }
    }

    private static void merge(Map<String, Object> term, Map<String, Object> labels) {
        if (!(term.get("labelSelector") instanceof Map)) {
            return;
        }
        add(term, "matchLabelKeys", "In", labels);
        add(term, "mismatchLabelKeys", "NotIn", labels);
    }

    private static void add(Map<String, Object> term, String keys, String operator, Map<String, Object> labels) {
        for (Object key : Trees.list(term, keys)) {
            Object value = labels.get(String.valueOf(key));
            if (value == null) {
                continue;
            }
            Map<String, Object> requirement = new LinkedHashMap<>();
            requirement.put("key", key);
            requirement.put("operator", operator);
            requirement.put("values", new ArrayList<>(List.of(value)));
            List<Object> all = new ArrayList<>(Trees.list(term, "labelSelector", "matchExpressions"));
            all.add(requirement);
            Trees.set(term, all, "labelSelector", "matchExpressions");
        }
    }

    private static void status(RequestContext context, Map<String, Object> pod, Map<String, Object> old) {
        Object owners = Trees.get(old, "metadata", "ownerReferences");
        if (owners == null) {
            Trees.remove(pod, "metadata", "ownerReferences");
        } else {
            Trees.set(pod, Trees.deepCopy(owners), "metadata", "ownerReferences");
        }
        // Kubelets of older versions leave this out; it never changes.
        if (Trees.get(pod, "status", "qosClass") == null) {
            Object qos = Trees.get(old, "status", "qosClass");
            Trees.set(pod, qos == null ? QosClass.of(Place.of(pod).field("spec")) : qos, "status", "qosClass");
        }
    }

    private static long grace(Map<String, Object> pod, Long requested) {
        Place p = Place.of(pod);
        long period = requested == null
                ? p.at("spec", "terminationGracePeriodSeconds").number(0)
                : requested;
        String phase = p.at("status", "phase").text();
        if (p.at("spec", "nodeName").text().isEmpty() || phase.equals("Failed") || phase.equals("Succeeded")) {
            return 0;
        }
        return period < 0 ? 1 : period;
    }
}
