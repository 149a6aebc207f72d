package io.k8j.apiserver.strategy;

import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Takes away fields of features that are off: from new objects, and from new versions of objects that did not have them
 * before, so that nothing is lost when a feature is switched off.
 */
final class DisabledFields {
    /**
     * Fields and the gate that allows them; they stay if the old object has one of them.
     *
     * @param places steps of paths below the spec of a Pod or below the object; {@code []} stands for every item
     */
    private record Field(String gate, List<String[]> places) {
        static Field of(String gate, String... places) {
            return new Field(
                    gate, Arrays.stream(places).map(place -> place.split("\\.")).toList());
        }

        boolean isIn(Object tree) {
            return places.stream().anyMatch(place -> has(tree, place, 0));
        }

        void removeFrom(Object tree) {
            places.forEach(place -> remove(tree, place, 0));
        }
    }

    private static final List<Field> OF_PODS = List.of(
            Field.of(FeatureGates.GENERIC_WORKLOAD, "schedulingGroup"),
            Field.of("ClusterTrustBundleProjection", "volumes[].projected.sources[].clusterTrustBundle"),
            Field.of("PodCertificateRequest", "volumes[].projected.sources[].podCertificate"),
            Field.of(
                    "ContainerStopSignals",
                    "containers[].lifecycle.stopSignal",
                    "initContainers[].lifecycle.stopSignal",
                    "ephemeralContainers[].lifecycle.stopSignal"));
    private static final List<Field> OF_GROUPS = List.of(
            Field.of(FeatureGates.TOPOLOGY_AWARE_WORKLOADS, "schedulingConstraints"),
            Field.of(FeatureGates.GROUP_CLAIMS, "resourceClaims"),
            Field.of(FeatureGates.WORKLOAD_AWARE_PREEMPTION, "disruptionMode"),
            Field.of(FeatureGates.WORKLOAD_AWARE_PREEMPTION, "priorityClassName"),
            Field.of(FeatureGates.WORKLOAD_AWARE_PREEMPTION, "priority"));

    /** Fields that only one resource has. */
    private static final Map<String, List<Field>> OTHERS = Map.of(
            "pods",
            List.of(
                    Field.of(
                            "ImageVolumeWithDigest",
                            "status.containerStatuses[].volumeMounts[].volumeStatus",
                            "status.initContainerStatuses[].volumeMounts[].volumeStatus",
                            "status.ephemeralContainerStatuses[].volumeMounts[].volumeStatus"),
                    Field.of("DRANodeAllocatableResources", "status.nodeAllocatableResourceClaimStatuses")),
            "podgroups.scheduling.k8s.io",
            List.of(Field.of(FeatureGates.GROUP_CLAIMS, "status.resourceClaimStatuses", "spec.resourceClaims")),
            "statefulsets.apps",
            List.of(Field.of("MaxUnavailableStatefulSet", "spec.updateStrategy.rollingUpdate.maxUnavailable")),
            "csidrivers.storage.k8s.io",
            List.of(Field.of("VolumeLimitScaling", "spec.preventPodSchedulingIfMissing")),
            "leases.coordination.k8s.io",
            List.of(
                    Field.of("CoordinatedLeaderElection", "spec.strategy"),
                    Field.of("CoordinatedLeaderElection", "spec.preferredHolder")),
            "nodes",
            List.of(Field.of(FeatureGates.NODE_DECLARED_FEATURES, "status.declaredFeatures")));

    /** Where the specs of Pods are. */
    private static final Map<String, String[]> PODS = Map.of(
            "pods", path("spec"),
            "podtemplates", path("template.spec"),
            "replicationcontrollers", path("spec.template.spec"),
            "deployments.apps", path("spec.template.spec"),
            "replicasets.apps", path("spec.template.spec"),
            "statefulsets.apps", path("spec.template.spec"),
            "daemonsets.apps", path("spec.template.spec"),
            "jobs.batch", path("spec.template.spec"),
            "cronjobs.batch", path("spec.jobTemplate.spec.template.spec"));

    private static final String GROUPS = ".scheduling.k8s.io";

    private final FeatureGates gates;

    DisabledFields(FeatureGates gates) {
        this.gates = gates;
    }

    private List<Field> off(List<Field> fields) {
        return fields.stream().filter(field -> !gates.isOn(field.gate())).toList();
    }

    private static String[] path(String dotted) {
        return dotted.split("\\.");
    }

    /** Adds to the rules of a resource what is to be dropped from its objects. */
    void addTo(String resource, Rules rules) {
        String[] pod = PODS.get(resource);
        List<Field> ofPods = pod == null ? List.of() : off(OF_PODS);
        if (!ofPods.isEmpty()) rules.dropping((object, old) -> drop(ofPods, object, old, pod));
        List<Field> own = off(OTHERS.getOrDefault(resource, List.of()));
        if (!own.isEmpty()) rules.dropping((object, old) -> drop(own, object, old));
        List<Field> ofGroups = resource.endsWith(GROUPS) ? off(OF_GROUPS) : List.of();
        if (ofGroups.isEmpty()) return;
        if (resource.equals("podgroups" + GROUPS)) {
            rules.dropping((object, old) -> drop(ofGroups, object, old, "spec"));
        }
        if (resource.equals("workloads" + GROUPS))
            rules.dropping((object, old) -> dropFromTemplates(ofGroups, object, old));
    }

    /** Templates stay as they were made. */
    private static void dropFromTemplates(List<Field> fields, Map<String, Object> object, Map<String, Object> old) {
        if (old != null) return;
        for (Object template : Trees.list(object, "spec", "podGroupTemplates")) {
            for (Field field : fields) field.removeFrom(template);
        }
    }

    private static void drop(List<Field> fields, Map<String, Object> object, Map<String, Object> old, String... path) {
        Object tree = Trees.get(object, path);
        for (Field field : fields) {
            boolean inUse = old != null && field.isIn(Trees.get(old, path));
            if (!inUse) field.removeFrom(tree);
        }
    }

    private static boolean has(Object tree, String[] path, int step) {
        if (step == path.length) return tree != null;
        if (!(tree instanceof Map<?, ?> map)) return false;
        if (!path[step].endsWith("[]")) return has(map.get(path[step]), path, step + 1);
        return map.get(name(path[step])) instanceof List<?> list
                && list.stream().anyMatch(item -> has(item, path, step + 1));
    }

    private static void remove(Object tree, String[] path, int step) {
        if (!(tree instanceof Map<?, ?> map)) return;
        if (step == path.length - 1) {
            map.remove(path[step]);
        } else if (path[step].endsWith("[]")) {
            if (map.get(name(path[step])) instanceof List<?> list) list.forEach(item -> remove(item, path, step + 1));
        } else {
            Object child = map.get(path[step]);
            boolean lifecycle = path[step].equals("lifecycle") && has(child, path, step + 1);
            remove(child, path, step + 1);
            if (lifecycle && child instanceof Map<?, ?> rest && rest.isEmpty()) map.remove(path[step]);
        }
    }

    private static String name(String step) {
        return step.substring(0, step.length() - "[]".length());
    }
}
