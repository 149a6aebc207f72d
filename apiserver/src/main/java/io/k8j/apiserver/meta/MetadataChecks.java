package io.k8j.apiserver.meta;

import io.k8j.model.resource.GroupResource;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How often upstream looks at the metadata of a changed object beyond the one time that all kinds have: its strategies
 * look at the whole again or at what changed, or at neither, and each finds the same faults once more.
 *
 * @param whole how often the rules for new objects are asked again
 * @param changes how often the rules for changes are asked again
 */
record MetadataChecks(int whole, int changes) {
    private static final MetadataChecks USUAL = new MetadataChecks(0, 1);
    private static final MetadataChecks BOTH = new MetadataChecks(1, 1);
    private static final MetadataChecks WHOLE = new MetadataChecks(1, 0);
    private static final MetadataChecks NONE = new MetadataChecks(0, 0);

    private static final Map<String, MetadataChecks> KINDS = Stream.of(
                    all(
                            BOTH,
                            Set.of(
                                    "configmaps",
                                    "endpoints",
                                    "namespaces",
                                    "nodes",
                                    "persistentvolumeclaims",
                                    "pods",
                                    "secrets",
                                    "serviceaccounts",
                                    "apiservices.apiregistration.k8s.io",
                                    "controllerrevisions.apps",
                                    "jobs.batch",
                                    "certificatesigningrequests.certificates.k8s.io",
                                    "certificatesigningrequests.certificates.k8s.io/status",
                                    "certificatesigningrequests.certificates.k8s.io/approval",
                                    "ingressclasses.networking.k8s.io",
                                    "ingresses.networking.k8s.io",
                                    "ipaddresses.networking.k8s.io",
                                    "runtimeclasses.node.k8s.io",
                                    "clusterrolebindings.rbac.authorization.k8s.io",
                                    "clusterroles.rbac.authorization.k8s.io",
                                    "rolebindings.rbac.authorization.k8s.io",
                                    "roles.rbac.authorization.k8s.io",
                                    "deviceclasses.resource.k8s.io",
                                    "resourceclaims.resource.k8s.io",
                                    "resourceclaimtemplates.resource.k8s.io",
                                    "csistoragecapacities.storage.k8s.io",
                                    "storageclasses.storage.k8s.io",
                                    "volumeattributesclasses.storage.k8s.io")),
                    all(
                            WHOLE,
                            Set.of(
                                    "limitranges",
                                    "mutatingadmissionpolicies.admissionregistration.k8s.io",
                                    "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
                                    "mutatingwebhookconfigurations.admissionregistration.k8s.io",
                                    "validatingadmissionpolicies.admissionregistration.k8s.io",
                                    "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                                    "validatingwebhookconfigurations.admissionregistration.k8s.io",
                                    "endpointslices.discovery.k8s.io",
                                    "flowschemas.flowcontrol.apiserver.k8s.io",
                                    "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
                                    "csinodes.storage.k8s.io",
                                    "volumeattachments.storage.k8s.io",
                                    "volumeattachments.storage.k8s.io/status")),
                    all(new MetadataChecks(2, 0), Set.of("persistentvolumes")),
                    all(
                            NONE,
                            Set.of(
                                    "events",
                                    "cronjobs.batch/status",
                                    "poddisruptionbudgets.policy",
                                    "poddisruptionbudgets.policy/status",
                                    "validatingadmissionpolicies.admissionregistration.k8s.io/status")))
            .flatMap(all -> all.entrySet().stream())
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private static Map<String, MetadataChecks> all(MetadataChecks checks, Set<String> kinds) {
        return kinds.stream().collect(Collectors.toMap(kind -> kind, kind -> checks));
    }

    /** What is done for a write of a resource of the request's group, or of a part of it. */
    static MetadataChecks of(GroupResource resource, String subresource) {
        String name = resource.group().isEmpty() ? resource.resource() : resource.resource() + "." + resource.group();
        return KINDS.getOrDefault(subresource.isEmpty() ? name : name + "/" + subresource, USUAL);
    }
}
