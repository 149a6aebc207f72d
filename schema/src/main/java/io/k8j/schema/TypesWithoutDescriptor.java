package io.k8j.schema;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Types that the official client has models of, but no protobuf descriptors. */
final class TypesWithoutDescriptor {
    /**
     * Their fields in order: name, protobuf number (0 if there is no protobuf form) and, where the model does not tell it,
     * the type.
     */
    static final Map<String, List<String>> ALL = new LinkedHashMap<>();

    /** What types without a model are for. */
    static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

    static {
        apiregistration("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.");
        scheduling("io.k8s.api.scheduling.v1alpha2.");
        ALL.put(
                "io.k8s.apimachinery.pkg.version.Info",
                List.of(
                        "major=0",
                        "minor=0",
                        "emulationMajor=0",
                        "emulationMinor=0",
                        "minCompatibilityMajor=0",
                        "minCompatibilityMinor=0",
                        "gitVersion=0",
                        "gitCommit=0",
                        "gitTreeState=0",
                        "buildDate=0",
                        "goVersion=0",
                        "compiler=0",
                        "platform=0"));
    }

    private TypesWithoutDescriptor() {}

    private static void apiregistration(String prefix) {
        ALL.put(prefix + "ServiceReference", List.of("namespace=1", "name=2", "port=3"));
        ALL.put(
                prefix + "APIServiceCondition",
                List.of("type=1", "status=2", "lastTransitionTime=3", "reason=4", "message=5"));
        ALL.put(prefix + "APIServiceStatus", List.of("conditions=1"));
        ALL.put(
                prefix + "APIServiceSpec",
                List.of(
                        "service=1",
                        "group=2",
                        "version=3",
                        "insecureSkipTLSVerify=4",
                        "caBundle=5",
                        "groupPriorityMinimum=7",
                        "versionPriority=8"));
        ALL.put(prefix + "APIService", List.of("metadata=1", "spec=2", "status=3"));
        ALL.put(prefix + "APIServiceList", List.of("metadata=1", "items=2"));
    }

    private static void scheduling(String prefix) {
        ALL.put(prefix + "BasicSchedulingPolicy", List.of());
        DESCRIPTIONS.put(
                prefix + "BasicSchedulingPolicy",
                "BasicSchedulingPolicy indicates that standard Kubernetes scheduling behavior should be used.");
        ALL.put(prefix + "GangSchedulingPolicy", List.of("minCount=1"));
        ALL.put(prefix + "PodGroupSchedulingPolicy", List.of("basic=1:" + prefix + "BasicSchedulingPolicy", "gang=2"));
        ALL.put(prefix + "TopologyConstraint", List.of("key=1"));
        ALL.put(prefix + "PodGroupSchedulingConstraints", List.of("topology=1"));
        ALL.put(
                prefix + "PodGroupResourceClaim",
                List.of("name=1", "resourceClaimName=2", "resourceClaimTemplateName=3"));
        ALL.put(prefix + "PodGroupResourceClaimStatus", List.of("name=1", "resourceClaimName=2"));
        List<String> common = List.of(
                "schedulingPolicy=2",
                "schedulingConstraints=3",
                "resourceClaims=4",
                "disruptionMode=5",
                "priorityClassName=6",
                "priority=7");
        ALL.put(prefix + "PodGroupTemplate", and("name=1", common));
        ALL.put(prefix + "PodGroupSpec", and("podGroupTemplateRef=1", common));
        ALL.put(prefix + "PodGroupTemplateReference", List.of("workload=1"));
        ALL.put(prefix + "WorkloadPodGroupTemplateReference", List.of("workloadName=1", "podGroupTemplateName=2"));
        ALL.put(prefix + "PodGroupStatus", List.of("conditions=1", "resourceClaimStatuses=2"));
        ALL.put(prefix + "PodGroup", List.of("metadata=1", "spec=2", "status=3"));
        ALL.put(prefix + "PodGroupList", List.of("metadata=1", "items=2"));
        ALL.put(prefix + "TypedLocalObjectReference", List.of("apiGroup=1", "kind=2", "name=3"));
        ALL.put(prefix + "WorkloadSpec", List.of("controllerRef=1", "podGroupTemplates=2"));
        ALL.put(prefix + "Workload", List.of("metadata=1", "spec=2"));
        ALL.put(prefix + "WorkloadList", List.of("metadata=1", "items=2"));
    }

    private static List<String> and(String first, List<String> others) {
        List<String> all = new java.util.ArrayList<>(List.of(first));
        all.addAll(others);
        return List.copyOf(all);
    }
}
