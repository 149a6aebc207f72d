package io.k8j.apiserver.strategy;

import io.k8j.apiserver.spi.RequestContext;
import io.k8j.apiserver.subresource.Conditions;
import io.k8j.apiserver.validation.AddressValidation;
import io.k8j.apiserver.validation.CertificateValidation;
import io.k8j.apiserver.validation.ClusterValidation;
import io.k8j.apiserver.validation.CsiValidation;
import io.k8j.apiserver.validation.DisruptionBudgetValidation;
import io.k8j.apiserver.validation.EndpointsValidation;
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
import io.k8j.model.json.Trees;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What is special about resources outside the core group, and about volumes. */
final class OtherRules {
    private OtherRules() {}

    static Map<String, Rules> table() {
        Map<String, Rules> table = new LinkedHashMap<>();
        storage(table);
        networking(table);
        access(table);
        admission(table);
        policy(table);
        return table;
    }

    private static void storage(Map<String, Rules> table) {
        table.put(
                "persistentvolumes",
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate(OtherRules::volumePending)
                        .check(PersistentVolumeValidation::create)
                        .updateCheck(PersistentVolumeValidation::update)
                        .onStatus(OtherRules::volumePhase)
                        .warn(ObjectWarnings::volume));
        table.put(
                "persistentvolumeclaims",
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate((context, claim) -> {
                            claim.put("status", new LinkedHashMap<>(Map.of("phase", "Pending")));
                            mirrorDataSource(claim);
                        })
                        .check(StorageValidation::claim)
                        .updateCheck(StorageValidation::claimUpdate)
                        .statusCheck(StorageValidation::claimStatus)
                        .warn(ObjectWarnings::claim));
        table.put(
                "storageclasses.storage.k8s.io",
                Rules.plain()
                        .check(StorageClassValidation::storageClass)
                        .updateCheck(StorageClassValidation::storageClassUpdate));
        table.put(
                "volumeattributesclasses.storage.k8s.io",
                Rules.plain()
                        .check(StorageClassValidation::attributesClass)
                        .updateCheck(StorageClassValidation::attributesClassUpdate));
        table.put(
                "volumeattachments.storage.k8s.io",
                Rules.withStatus()
                        .withoutGeneration()
                        .conditional()
                        .keepsMetadataInStatus()
                        .check(CsiValidation::attachment)
                        .updateCheck(CsiValidation::attachmentUpdate));
        table.put(
                "csidrivers.storage.k8s.io",
                Rules.plain()
                        .conditional()
                        .onUpdate(OtherRules::countDriver)
                        .check(CsiValidation::driver)
                        .updateCheck(CsiValidation::driverUpdate));
        table.put(
                "csinodes.storage.k8s.io",
                Rules.plain().conditional().check(CsiValidation::node).updateCheck(CsiValidation::nodeUpdate));
        table.put(
                "csistoragecapacities.storage.k8s.io",
                Rules.plain().conditional().check(CsiValidation::capacity).updateCheck(CsiValidation::capacityUpdate));
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
        boolean told = !Trees.deepEquals(
                Trees.get(volume, "status", "lastPhaseTransitionTime"),
                Trees.get(old, "status", "lastPhaseTransitionTime"));
        if (changed && !told) {
            Trees.set(
                    volume,
                    context.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                    "status",
                    "lastPhaseTransitionTime");
        }
    }

    /** Two spellings of one wish: whoever gives one gets both. */
    private static void mirrorDataSource(Map<String, Object> claim) {
        Map<String, Object> spec = Trees.map(claim, "spec");
        if (spec.isEmpty()) {
            return;
        }
        Object source = spec.get("dataSource");
        Object ref = spec.get("dataSourceRef");
        if (source != null && ref == null) {
            spec.put("dataSourceRef", Trees.deepCopy(source));
        } else if (ref instanceof Map<?, ?> map && source == null && map.get("namespace") == null) {
            spec.put("dataSource", Trees.deepCopy(ref));
        }
    }

    private static void networking(Map<String, Rules> table) {
        table.put(
                "ingresses.networking.k8s.io",
                Rules.withStatus()
                        .check(NetworkingValidation::ingress)
                        .updateCheck(NetworkingValidation::ingressUpdate)
                        .statusCheck(NetworkingValidation::ingressStatus));
        table.put(
                "ingressclasses.networking.k8s.io",
                Rules.plain()
                        .withGeneration()
                        .check(NetworkingValidation::ingressClass)
                        .updateCheck(NetworkingValidation::ingressClassUpdate));
        table.put(
                "networkpolicies.networking.k8s.io",
                Rules.plain()
                        .withGeneration()
                        .check(NetworkPolicyValidation::create)
                        .updateCheck(NetworkPolicyValidation::update));
        table.put(
                "servicecidrs.networking.k8s.io",
                Rules.plain() // a client may set the status of a new one, as in upstream
                        .keepsMetadataInStatus()
                        .check(AddressValidation::serviceCidr)
                        .updateCheck(AddressValidation::serviceCidrUpdate));
        table.put(
                "ipaddresses.networking.k8s.io",
                Rules.plain().check(AddressValidation::ipAddress).updateCheck(AddressValidation::ipAddressUpdate));
        table.put(
                "endpointslices.discovery.k8s.io",
                Rules.plain()
                        .withGeneration()
                        .createOnUpdate()
                        .check(EndpointsValidation::slice)
                        .updateCheck(EndpointsValidation::sliceUpdate));
    }

    private static void access(Map<String, Rules> table) {
        table.put(
                "roles.rbac.authorization.k8s.io",
                Rules.plain().createOnUpdate().check(RbacValidation::role));
        table.put(
                "clusterroles.rbac.authorization.k8s.io",
                Rules.plain().createOnUpdate().check(RbacValidation::clusterRole));
        table.put(
                "rolebindings.rbac.authorization.k8s.io",
                Rules.plain()
                        .createOnUpdate()
                        .check(RbacValidation::roleBinding)
                        .updateCheck((o, old) -> RbacValidation.bindingUpdate(RbacValidation.roleBinding(o), o, old)));
        table.put(
                "clusterrolebindings.rbac.authorization.k8s.io",
                Rules.plain()
                        .createOnUpdate()
                        .check(RbacValidation::clusterRoleBinding)
                        .updateCheck((o, old) ->
                                RbacValidation.bindingUpdate(RbacValidation.clusterRoleBinding(o), o, old)));
        table.put(
                "certificatesigningrequests.certificates.k8s.io",
                Rules.withStatus()
                        .withoutGeneration()
                        .onCreate(OtherRules::requester)
                        .onUpdate((context, request, old) -> Rules.keep(request, old, "spec"))
                        .onStatus(OtherRules::certificateStatus)
                        .check(CertificateValidation::signingRequest)
                        .updateCheck((o, old) -> List.of())
                        .statusCheck(CertificateValidation::statusUpdate)
                        .select("spec.signerName"));
        table.put(
                "leases.coordination.k8s.io",
                Rules.plain().createOnUpdate().conditional().check(ClusterValidation::lease));
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

    /** {@code approval} writes approvals only, {@code status} everything but approvals; new conditions get their time. */
    private static void certificateStatus(
            RequestContext context, Map<String, Object> request, Map<String, Object> old) {
        String now = context.now().truncatedTo(ChronoUnit.SECONDS).toString();
        boolean approval = "approval".equals(context.subresource());
        List<Object> conditions = new ArrayList<>();
        for (Object condition : Trees.list(request, "status", "conditions")) {
            if (isApproval(condition) == approval) {
                conditions.add(condition);
            }
        }
        for (Object condition : Trees.list(old, "status", "conditions")) {
            if (isApproval(condition) != approval) {
                conditions.add(Trees.deepCopy(condition));
            }
        }
        Map<String, Object> status =
                new LinkedHashMap<>(approval ? Trees.deepCopy(Trees.map(old, "status")) : Trees.map(request, "status"));
        if (conditions.isEmpty()) {
            status.remove("conditions");
        } else {
            status.put("conditions", conditions);
        }
        for (Object condition : conditions) {
            Map<String, Object> c = Trees.map(condition);
            if (!c.isEmpty()) {
                c.putIfAbsent("lastUpdateTime", now);
                c.putIfAbsent("lastTransitionTime", now);
            }
        }
        request.put("status", status);
    }

    private static boolean isApproval(Object condition) {
        String type = Trees.string(condition, "type");
        return "Approved".equals(type) || "Denied".equals(type);
    }

    private static void localApiService(RequestContext context, Map<String, Object> object) {
        if (Trees.get(object, "spec", "service") != null) return;
        Conditions.set(object, "Available", "True", "Local", "Local APIServices are always available", context.now());
    }

    private static void admission(Map<String, Rules> table) {
        String group = ".admissionregistration.k8s.io";
        for (String hooks : List.of("validatingwebhookconfigurations", "mutatingwebhookconfigurations")) {
            table.put(
                    hooks + group,
                    Rules.plain().withGeneration().conditional().check(WebhookValidation::configuration));
        }
        table.put(
                "validatingadmissionpolicies" + group,
                Rules.withStatus().keepsMetadataInStatus().conditional().check(PolicyValidation::validating));
        table.put(
                "validatingadmissionpolicybindings" + group,
                Rules.plain().withGeneration().conditional().check(o -> PolicyValidation.binding(o, true)));
        table.put(
                "mutatingadmissionpolicies" + group,
                Rules.plain().withGeneration().conditional().check(PolicyValidation::mutating));
        table.put(
                "mutatingadmissionpolicybindings" + group,
                Rules.plain().withGeneration().conditional().check(o -> PolicyValidation.binding(o, false)));
        table.put(
                "apiservices.apiregistration.k8s.io",
                Rules.withStatus()
                        .withoutGeneration()
                        .conditional()
                        .keepsMetadataInStatus()
                        .onCreate(OtherRules::localApiService)
                        .check(ClusterValidation::apiService));
        table.put(
                "flowschemas.flowcontrol.apiserver.k8s.io",
                Rules.withStatus()
                        .keepsMetadataInStatus()
                        .check(FlowControlValidation::flowSchema)
                        .statusCheck(FlowControlValidation::statusUpdate));
        table.put(
                "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
                Rules.withStatus()
                        .keepsMetadataInStatus()
                        .check(FlowControlValidation::priorityLevel)
                        .statusCheck(FlowControlValidation::statusUpdate));
    }

    private static void policy(Map<String, Rules> table) {
        table.put(
                "horizontalpodautoscalers.autoscaling",
                Rules.withStatus()
                        .withoutGeneration()
                        .check(HorizontalPodAutoscalerValidation::create)
                        .updateCheck(HorizontalPodAutoscalerValidation::update)
                        .statusCheck(HorizontalPodAutoscalerValidation::status));
        table.put(
                "poddisruptionbudgets.policy",
                Rules.withStatus()
                        .conditional()
                        .check(DisruptionBudgetValidation::create)
                        .updateCheck(DisruptionBudgetValidation::update)
                        .statusCheck(DisruptionBudgetValidation::status));
        table.put(
                "priorityclasses.scheduling.k8s.io",
                Rules.plain()
                        .withGeneration()
                        .check(ClusterValidation::priorityClass)
                        .updateCheck(ClusterValidation::priorityClassUpdate));
        table.put(
                "runtimeclasses.node.k8s.io",
                Rules.plain()
                        .conditional()
                        .check(ClusterValidation::runtimeClass)
                        .updateCheck(ClusterValidation::runtimeClassUpdate));
        table.put("deviceclasses.resource.k8s.io", Rules.plain().withGeneration());
        table.put(
                "resourceclaims.resource.k8s.io",
                Rules.withStatus().withoutGeneration().keepsMetadataInStatus());
        table.put("resourceclaimtemplates.resource.k8s.io", Rules.plain());
        table.put(
                "resourceslices.resource.k8s.io",
                Rules.plain().withGeneration().createOnUpdate().select("spec.nodeName", "spec.driver"));
    }
}
