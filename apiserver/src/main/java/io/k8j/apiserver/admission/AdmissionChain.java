package io.k8j.apiserver.admission;

import io.k8j.apiserver.admission.group.GangOfJob;
import io.k8j.apiserver.admission.group.PodGroupProtection;
import io.k8j.apiserver.admission.group.PodGroupWorkloadExists;
import io.k8j.apiserver.admission.podsecurity.PodSecurity;
import io.k8j.apiserver.admission.policy.MutatingPolicies;
import io.k8j.apiserver.admission.policy.ValidatingPolicies;
import io.k8j.apiserver.admission.quota.ResourceQuotaAdmission;
import io.k8j.apiserver.admission.webhook.MutatingWebhooks;
import io.k8j.apiserver.admission.webhook.ValidatingWebhooks;
import io.k8j.apiserver.spi.AdmissionPlugin;
import io.k8j.apiserver.spi.ObjectReader;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names the admission steps in their order. */
public final class AdmissionChain {
    private AdmissionChain() {}

    /** A step and whether it runs unless it is switched off. */
    private record Step(AdmissionPlugin plugin, boolean byDefault) {}

    /** All names that the command line may give. */
    static final Set<String> NAMES = Set.of(
            "AlwaysAdmit",
            "AlwaysDeny",
            "AlwaysPullImages",
            "CertificateApproval",
            "CertificateSigning",
            "CertificateSubjectRestriction",
            "ClusterTrustBundleAttest",
            "DefaultIngressClass",
            "DefaultStorageClass",
            "DefaultTolerationSeconds",
            "DenyServiceExternalIPs",
            "EventRateLimit",
            "ExtendedResourceToleration",
            "ImagePolicyWebhook",
            "JobValidation",
            "LimitPodHardAntiAffinityTopology",
            "LimitRanger",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionWebhook",
            "NamespaceAutoProvision",
            "NamespaceExists",
            "NamespaceLifecycle",
            "NodeDeclaredFeatureValidator",
            "NodeRestriction",
            "OwnerReferencesPermissionEnforcement",
            "PersistentVolumeClaimResize",
            "PodGroupProtection",
            "PodGroupWorkloadExists",
            "PodNodeSelector",
            "PodResizeValidator",
            "PodSecurity",
            "PodTolerationRestriction",
            "PodTopologyLabels",
            "Priority",
            "ResourceQuota",
            "RuntimeClass",
            "ServiceAccount",
            "StorageObjectInUseProtection",
            "TaintNodesByCondition",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionWebhook");

    /** The steps that run, in upstream's order: the first entry runs first, in both passes. */
    public static List<AdmissionPlugin> of(AdmissionServices services) {
        AdmissionSettings settings = services.settings();
        return all(services).stream()
                .filter(s -> settings.runs(s.plugin().name(), s.byDefault()))
                .map(Step::plugin)
                .collect(Collectors.toUnmodifiableList());
    }

    private static Step on(AdmissionPlugin plugin) {
        return new Step(plugin, true);
    }

    private static Step off(AdmissionPlugin plugin) {
        return new Step(plugin, false);
    }

    private static List<Step> all(AdmissionServices services) {
        ObjectReader reader = services.reader();
        AdmissionSettings settings = services.settings();
        OptionalSettings optional = settings.optional();
        return List.of(
                off(new OptionalSteps.AlwaysAdmit()),
                off(new OptionalSteps.NamespaceAutoProvision(reader, services.namespaces())),
                on(new NamespaceLifecycle(reader)), // nothing else matters in a namespace that is gone
                off(new OptionalSteps.NamespaceExists(reader)),
                off(new OptionalSteps.LimitPodHardAntiAffinityTopology()),
                on(new LimitRanger(reader)), // before whatever counts requests and limits
                on(new ServiceAccountAdmission(reader, services.random())),
                on(new NodeRestriction(
                        reader, services.authorizer())), // off upstream, but every distribution switches it on
                on(SmallSteps.taintNodesByCondition()),
                off(new OptionalSteps.AlwaysPullImages()),
                off(new ImagePolicy(optional.imagePolicy(), services.time())),
                // Checks in the second pass, so it sees what all others changed.
                on(new PodSecurity(reader, settings.podSecurity(), services.time())),
                off(new PodNodeSelector(reader, optional.nodeSelectors())),
                on(new PriorityAdmission(reader, services.gates())), // before quotas, which can be scoped by priority
                on(SmallSteps.defaultTolerationSeconds(settings.notReadySeconds(), settings.unreachableSeconds())),
                off(new PodTolerations(reader, optional.defaultTolerations(), optional.allowedTolerations())),
                off(EventRateLimit.of(optional.eventLimits(), settings, services.time())),
                off(new OptionalSteps.ExtendedResourceToleration()),
                on(SmallSteps.defaultStorageClass(reader)), // before quotas by storage class
                on(SmallSteps.storageObjectInUseProtection()),
                on(new PodGroupProtection(services.gates())),
                off(new OwnerReferenceRights(services.authorizer(), services.versions())),
                on(SmallSteps.persistentVolumeClaimResize(reader)),
                on(new RuntimeClassAdmission(reader)), // its overhead counts against quotas
                on(new CertificateAdmission.Approval(services.authorizer())),
                on(new CertificateAdmission.Signing(services.authorizer())),
                on(new CertificateAdmission.TrustBundleAttest(services.authorizer())),
                on(new CertificateAdmission.SubjectRestriction()),
                on(SmallSteps.defaultIngressClass(reader)),
                off(new OptionalSteps.DenyServiceExternalIps()),
                on(SmallSteps.podTopologyLabels(reader)),
                on(new PodGroupWorkloadExists(reader, services.gates())),
                on(new GangOfJob(reader, services.gates())),
                on(new PodResizeValidator(reader)),
                // The rest must stay last: others may change what they see, and a charge is not given back.
                on(new MutatingPolicies(services)), // costs no round trip, so it comes before the webhooks
                on(new MutatingWebhooks(services)),
                on(new ValidatingPolicies(services)),
                on(new ValidatingWebhooks(services)),
                on(new ResourceQuotaAdmission(reader, services.quotas(), settings.quotaLimits(), services.time())),
                off(new OptionalSteps.AlwaysDeny()));
    }
}
