package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.apiserver.validation.AddressValidation;
import io.k8j.apiserver.validation.ApiServiceValidation;
import io.k8j.apiserver.validation.ClusterValidation;
import io.k8j.apiserver.validation.CsiValidation;
import io.k8j.apiserver.validation.DisruptionBudgetValidation;
import io.k8j.apiserver.validation.EndpointSliceValidation;
import io.k8j.apiserver.validation.FlowControlValidation;
import io.k8j.apiserver.validation.HorizontalPodAutoscalerValidation;
import io.k8j.apiserver.validation.NetworkPolicyValidation;
import io.k8j.apiserver.validation.NetworkingValidation;
import io.k8j.apiserver.validation.PersistentVolumeValidation;
import io.k8j.apiserver.validation.PolicyValidation;
import io.k8j.apiserver.validation.RbacValidation;
import io.k8j.apiserver.validation.StorageClassValidation;
import io.k8j.apiserver.validation.StorageValidation;
import io.k8j.apiserver.validation.WebhookValidation;
import io.k8j.model.feature.FeatureGates;
import io.k8j.model.json.Trees;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is special about resources outside the core group, and about volumes. */
final class OtherRules {
    private OtherRules() {}

    /** The rules of a resource; null if it is not one of these. */
    static Rules find(String resource, FeatureGates gates) {
        Rules rules = storage(resource);
        if (rules == null) rules = networking(resource);
        if (rules == null) rules = access(resource);
        if (rules == null) rules = admission(resource);
        if (rules == null) rules = policy(resource, gates.isOn(FeatureGates.HPA_SCALE_TO_ZERO));
        return rules;
    }

    private static Rules storage(String resource) {
        return switch (resource) {
            case "persistentvolumes" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate(OtherRules::volumePending)
                        .check(PersistentVolumeValidation::create)
                        .updateCheck(PersistentVolumeValidation::update)
                        .onStatus(OtherRules::volumePhase)
                        .warn(ObjectWarnings::volume);
            case "persistentvolumeclaims" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate((context, claim) -> {
                            claim.put("status", new LinkedHashMap<>(Map.of("phase", "Pending")));
                            DataSources.prepare(claim, null);
                        })
                        .onUpdate((context, claim, old) -> DataSources.prepare(claim, old))
                        .check(StorageValidation::claim)
                        .updateCheck(StorageValidation::claimUpdate)
                        .statusCheck(StorageValidation::claimStatus)
                        .warn(ObjectWarnings::claim);
            case "storageclasses.storage.k8s.io" ->
                Rules.plain()
                        .check(StorageClassValidation::storageClass)
                        .updateCheck(StorageClassValidation::storageClassUpdate)
                        .warn(StorageWarnings::storageClass);
            case "volumeattributesclasses.storage.k8s.io" ->
                Rules.plain()
                        .check(StorageClassValidation::attributesClass)
                        .updateCheck(StorageClassValidation::attributesClassUpdate);
            case "volumeattachments.storage.k8s.io" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .conditional()
                        .keepsMetadataInStatus()
                        .check(CsiValidation::attachment)
                        .updateCheck(CsiValidation::attachmentUpdate)
                        .statusCheck(CsiValidation::attachmentUpdate);
            case "csidrivers.storage.k8s.io" ->
                Rules.plain()
                        .conditional()
                        .onUpdate(OtherRules::countDriver)
                        .check(CsiValidation::driver)
                        .updateCheck(CsiValidation::driverUpdate)
                        .warn(StorageWarnings::driver);
            case "csinodes.storage.k8s.io" ->
                Rules.plain().conditional().check(CsiValidation::node).updateCheck(CsiValidation::nodeUpdate);
            case "csistoragecapacities.storage.k8s.io" ->
                Rules.plain()
                        .conditional()
                        .check(CsiValidation::capacity)
                        .updateCheck(CsiValidation::capacityUpdate)
                        .warn(StorageWarnings::capacity);
            default -> null;
        };
    }

    /** A driver's generation counts changes of its spec, but from 0, which is not shown. */
    private static void countDriver(RequestContext context, Map<String, Object> driver, Map<String, Object> old) {
        if (!Trees.deepEquals(driver.get("spec"), old.get("spec"))) {
            Long before = Trees.integer(old, "metadata", "generation");
            Trees.set(driver, before == null ? 1L : before + 1, "metadata", "generation");
        }
    }

    private static void volumePending(RequestContext context, Map<String, Object> volume) {
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("phase", "Pending");
        status.put(
                "lastPhaseTransitionTime",
                context.now().truncatedTo(ChronoUnit.SECONDS).toString());
        volume.put("status", status);
    }

    private static void volumePhase(RequestContext context, Map<String, Object> volume, Map<String, Object> old) {
        boolean changed = !Trees.deepEquals(Trees.get(volume, "status", "phase"), Trees.get(old, "status", "phase"));
        Object time = Trees.get(volume, "status", "lastPhaseTransitionTime");
        boolean told = time != null && !Trees.deepEquals(time, Trees.get(old, "status", "lastPhaseTransitionTime"));
        if (changed && !told) {
            Trees.set(
                    volume,
                    context.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    "status",
                    "lastPhaseTransitionTime");
        }
    }

    private static Rules networking(String resource) {
        return switch (resource) {
            case "ingresses.networking.k8s.io" ->
                Rules.withStatus()
                        .check(NetworkingValidation::ingress)
                        .updateCheck(NetworkingValidation::ingressUpdate)
                        .statusCheck(NetworkingValidation::ingressStatus)
                        .warn(NetworkWarnings::ingress)
                        .warnOfStatus((ingress, old) -> NetworkWarnings.balancers(ingress));
            case "ingressclasses.networking.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .check(NetworkingValidation::ingressClass)
                        .updateCheck(NetworkingValidation::ingressClassUpdate);
            case "networkpolicies.networking.k8s.io" ->
                Rules.plain()
                        .withExactGeneration()
                        .check(NetworkPolicyValidation::create)
                        .updateCheck(NetworkPolicyValidation::update)
                        .warn((policy, old) -> NetworkWarnings.policy(policy));
            case "servicecidrs.networking.k8s.io" ->
                Rules.plain() // a client may set the status of a new one, as in upstream
                        .keepsMetadataInStatus()
                        .check(AddressValidation::serviceCidr)
                        .updateCheck(AddressValidation::serviceCidrUpdate);
            case "ipaddresses.networking.k8s.io" ->
                Rules.plain().check(AddressValidation::ipAddress).updateCheck(AddressValidation::ipAddressUpdate);
            case "endpointslices.discovery.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .onCreate((context, slice) -> SliceTopology.drop(slice, null))
                        .onUpdate((context, slice, old) -> {
                            SliceTopology.drop(slice, old);
                            SliceTopology.countLabels(slice, old);
                        })
                        .check(EndpointSliceValidation::create)
                        .updateCheck(EndpointSliceValidation::update)
                        .warn(ObjectWarnings::endpointSlice);
            default -> null;
        };
    }

    private static Rules access(String resource) {
        return switch (resource) {
            case "roles.rbac.authorization.k8s.io" ->
                Rules.plain().createOnUpdate().check(RbacValidation::role);
            case "clusterroles.rbac.authorization.k8s.io" ->
                Rules.plain()
                        .createOnUpdate()
                        .check(RbacValidation::clusterRole)
                        .updateCheck(RbacValidation::clusterRoleUpdate);
            case "rolebindings.rbac.authorization.k8s.io" ->
                Rules.plain()
                        .createOnUpdate()
                        .check(RbacValidation::roleBinding)
                        .updateCheck((o, old) -> RbacValidation.bindingUpdate(RbacValidation.roleBinding(o), o, old));
            case "clusterrolebindings.rbac.authorization.k8s.io" ->
                Rules.plain()
                        .createOnUpdate()
                        .check(RbacValidation::clusterRoleBinding)
                        .updateCheck(
                                (o, old) -> RbacValidation.bindingUpdate(RbacValidation.clusterRoleBinding(o), o, old));
            case "certificatesigningrequests.certificates.k8s.io" -> CertificateRules.rules();
            case "leases.coordination.k8s.io" ->
                Rules.plain().createOnUpdate().conditional().check(ClusterValidation::lease);
            default -> null;
        };
    }

    private static void localApiService(RequestContext context, Map<String, Object> object) {
        if (Trees.get(object, "spec", "service") != null) return;
        Conditions.set(object, "Available", "True", "Local", "Local APIServices are always available", context.now());
    }

    private static Rules admission(String resource) {
        return switch (resource) {
            case "validatingwebhookconfigurations.admissionregistration.k8s.io",
                    "mutatingwebhookconfigurations.admissionregistration.k8s.io" ->
                Rules.plain()
                        .withExactGeneration()
                        .conditional()
                        .check(WebhookValidation::configuration)
                        .updateCheck(WebhookValidation::configurationUpdate)
                        .warn(ObjectWarnings::reservedName);
            case "validatingadmissionpolicies.admissionregistration.k8s.io" ->
                Rules.withStatus()
                        .keepsMetadataInStatus()
                        .conditional()
                        .check(PolicyValidation::validating)
                        .updateCheck(PolicyValidation::validating)
                        .statusCheck((o, old) -> PolicyValidation.status(o))
                        .warn(ObjectWarnings::reservedName);
            case "validatingadmissionpolicybindings.admissionregistration.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .conditional()
                        .check(o -> PolicyValidation.binding(o, true))
                        .warn(ObjectWarnings::reservedName);
            case "mutatingadmissionpolicies.admissionregistration.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .conditional()
                        .check(PolicyValidation::mutating)
                        .updateCheck(PolicyValidation::mutating)
                        .warn(ObjectWarnings::reservedName);
            case "mutatingadmissionpolicybindings.admissionregistration.k8s.io" ->
                Rules.plain()
                        .withGeneration()
                        .conditional()
                        .check(o -> PolicyValidation.binding(o, false))
                        .warn(ObjectWarnings::reservedName);
            case "apiservices.apiregistration.k8s.io" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .conditional()
                        .keepsMetadataInStatus()
                        .onCreate(OtherRules::localApiService)
                        .check(ApiServiceValidation::check)
                        .statusCheck((o, old) -> ApiServiceValidation.status(o));
            case "flowschemas.flowcontrol.apiserver.k8s.io" ->
                Rules.withStatus()
                        .keepsMetadataInStatus()
                        .onStatus((context, object, old) -> keepMetadata(object, old))
                        .check(FlowControlValidation::flowSchema)
                        .statusCheck(FlowControlValidation::statusUpdate);
            case "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io" ->
                Rules.withStatus()
                        .keepsMetadataInStatus()
                        .onStatus((context, object, old) -> keepMetadata(object, old))
                        .check(FlowControlValidation::priorityLevel)
                        .statusCheck(FlowControlValidation::statusUpdate);
            default -> null;
        };
    }

    /** A write of the status changes nothing else, not even what nobody may change. */
    private static void keepMetadata(Map<String, Object> object, Map<String, Object> old) {
        Map<String, Object> metadata = Trees.deepCopy(Trees.map(old, "metadata"));
        for (String own : List.of("managedFields", "resourceVersion")) {
            Object value = Trees.get(object, "metadata", own);
            if (value == null) metadata.remove(own);
            else metadata.put(own, value);
        }
        object.put("metadata", metadata);
    }

    private static Rules policy(String resource, boolean toZero) {
        return switch (resource) {
            case "horizontalpodautoscalers.autoscaling" ->
                Rules.withStatus()
                        .withoutGeneration()
                        .check(object -> HorizontalPodAutoscalerValidation.create(object, toZero))
                        .updateCheck((object, old) -> HorizontalPodAutoscalerValidation.update(object, old, toZero))
                        .statusCheck(HorizontalPodAutoscalerValidation::status);
            case "poddisruptionbudgets.policy" ->
                Rules.withStatus()
                        .conditional()
                        .check(DisruptionBudgetValidation::create)
                        .updateCheck(DisruptionBudgetValidation::update)
                        .statusCheck(DisruptionBudgetValidation::status);
            case "priorityclasses.scheduling.k8s.io" ->
                Rules.plain()
                        // upstream counts no changes
                        .onCreate((context, priority) -> Trees.set(priority, 1L, "metadata", "generation"))
                        .check(ClusterValidation::priorityClass)
                        .updateCheck(ClusterValidation::priorityClassUpdate);
            case "runtimeclasses.node.k8s.io" ->
                Rules.plain()
                        .createOnUpdate()
                        .conditional()
                        .check(ClusterValidation::runtimeClass)
                        .updateCheck(ClusterValidation::runtimeClassUpdate)
                        .warn(ObjectWarnings::runtimeClass);
            default -> null;
        };
    }
}
