package io.k8j.model.apply;

import io.k8j.model.schema.Schema;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Fields of built-in types that upstream's objects always have, because they are plain structs there: absent means the
 * same as empty. So nobody comes to own {@code spec} or {@code spec.template} as such, only what lies below.
 */
final class ImpliedFields {
    private static final String TABLE = """
            MutatingAdmissionPolicy spec metadata
            MutatingAdmissionPolicyBinding spec
            MutatingWebhook clientConfig
            ValidatingAdmissionPolicy spec status
            ValidatingAdmissionPolicyBinding spec
            ValidatingWebhook clientConfig
            DaemonSet spec status
            DaemonSetSpec template updateStrategy
            Deployment spec status
            DeploymentSpec strategy template
            ReplicaSet spec status
            ReplicaSetSpec template
            StatefulSet spec status
            StatefulSetSpec template updateStrategy
            HorizontalPodAutoscaler spec status
            HorizontalPodAutoscalerSpec scaleTargetRef
            ObjectMetricSource target metric describedObject
            ObjectMetricStatus current metric describedObject
            PodsMetricSource target metric
            PodsMetricStatus current metric
            ExternalMetricSource target metric
            ExternalMetricStatus current metric
            ResourceMetricSource target
            ResourceMetricStatus current
            ContainerResourceMetricSource target
            ContainerResourceMetricStatus current
            CronJob spec status
            CronJobSpec jobTemplate
            Job spec status
            JobSpec template
            JobTemplateSpec metadata spec
            CertificateSigningRequest spec status
            ClusterTrustBundle spec
            PodCertificateRequest spec status
            Lease spec
            Container resources
            ContainerStatus state lastState
            EphemeralContainer resources
            Event involvedObject source regarding deprecatedSource
            LimitRange spec
            Namespace spec status
            Node spec status
            NodeDaemonEndpoints kubeletEndpoint
            NodeStatus daemonEndpoints nodeInfo
            PersistentVolume spec status
            PersistentVolumeClaim spec status
            PersistentVolumeClaimSpec resources
            PersistentVolumeClaimTemplate metadata spec
            Pod spec status
            PodSpec containers
            PodTemplate template
            PodTemplateSpec metadata spec
            PreferredSchedulingTerm preference
            ReplicationController spec status
            ResourceQuota spec status
            Service spec status
            ServiceStatus loadBalancer
            WeightedPodAffinityTerm podAffinityTerm
            Endpoint conditions
            FlowSchema spec status
            FlowSchemaSpec priorityLevelConfiguration
            LimitedPriorityLevelConfiguration limitResponse
            PriorityLevelConfiguration spec status
            HTTPIngressPath backend
            Ingress spec status
            IngressClass spec
            IngressServiceBackend port
            IngressStatus loadBalancer
            IPAddress spec
            NetworkPolicy spec
            NetworkPolicySpec podSelector
            ServiceCIDR spec status
            PodDisruptionBudget spec status
            ClusterRoleBinding roleRef
            RoleBinding roleRef
            AllocationResult devices
            DeviceClass spec
            DeviceTaintRule spec status
            DeviceTaintRuleSpec taint
            ResourceClaim spec status
            ResourceClaimSpec devices
            ResourceClaimTemplate spec
            ResourceClaimTemplateSpec metadata spec
            ResourceSlice spec
            ResourceSliceSpec pool
            CSIDriver spec
            CSINode spec status
            VolumeAttachment spec status
            VolumeAttachmentSpec source
            StorageVersionMigration spec status
            CustomResourceDefinition spec status
            CustomResourceDefinitionSpec names
            CustomResourceDefinitionStatus acceptedNames
            APIService spec status
            """;

    private static final Map<String, Set<String>> FIELDS = parse();

    private static final ConcurrentMap<String, Set<String>> BY_TYPE = new ConcurrentHashMap<>(); // as many as types

    private ImpliedFields() {}

    private static Set<String> ofType(String type) {
        return FIELDS.getOrDefault(type.substring(type.lastIndexOf('.') + 1), Set.of());
    }

    private static Map<String, Set<String>> parse() {
        Map<String, Set<String>> fields = new HashMap<>();
        for (String line : TABLE.split("\n")) {
            String[] words = line.split(" ");
            fields.put(words[0], new HashSet<>(Arrays.asList(words).subList(1, words.length)));
        }
        return fields;
    }

    /** What an absent field stands for: an empty map, null, or {@code absent} itself. */
    static Object of(Schema schema, String field, Object absent) {
        String type = schema.typeName();
        if (type == null || !type.startsWith("io.k8s.")) return absent;
        Set<String> names = BY_TYPE.get(type);
        if (names == null) names = BY_TYPE.computeIfAbsent(type, ImpliedFields::ofType);
        if (!names.contains(field)) return absent;
        return field.equals("containers") ? null : Map.of();
    }
}
