package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.ResourceInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What upstream's kinds have in common, and which of them are exceptions; resources are named without their version. */
class KindRulesTest {
    private static final Set<String> MADE_BY_UPDATES = Set.of(
            "coordination.k8s.io/leasecandidates",
            "coordination.k8s.io/leases",
            "rbac.authorization.k8s.io/clusterrolebindings",
            "rbac.authorization.k8s.io/clusterroles",
            "rbac.authorization.k8s.io/rolebindings",
            "rbac.authorization.k8s.io/roles",
            "endpoints",
            "events.k8s.io/events",
            "events",
            "limitranges",
            "node.k8s.io/runtimeclasses",
            "services");
    private static final Set<String> WITHOUT_GENERATED_NAMES = Set.of(
            "apiregistration.k8s.io/apiservices",
            "apiextensions.k8s.io/customresourcedefinitions",
            "networking.k8s.io/ipaddresses");
    private static final Set<String> UPDATED_BY_VERSION_ONLY = Set.of(
            "apiregistration.k8s.io/apiservices",
            "certificates.k8s.io/clustertrustbundles",
            "certificates.k8s.io/podcertificaterequests",
            "storage.k8s.io/csidrivers",
            "storage.k8s.io/csinodes",
            "storage.k8s.io/csistoragecapacities",
            "apiextensions.k8s.io/customresourcedefinitions",
            "coordination.k8s.io/leasecandidates",
            "coordination.k8s.io/leases",
            "admissionregistration.k8s.io/mutatingadmissionpolicies",
            "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
            "admissionregistration.k8s.io/mutatingwebhookconfigurations",
            "admissionregistration.k8s.io/validatingadmissionpolicies",
            "admissionregistration.k8s.io/validatingadmissionpolicybindings",
            "admissionregistration.k8s.io/validatingwebhookconfigurations",
            "policy/poddisruptionbudgets",
            "node.k8s.io/runtimeclasses",
            "storagemigration.k8s.io/storageversionmigrations",
            "storage.k8s.io/volumeattachments");
    private static final Set<String> ORPHANING = Set.of("batch/jobs", "replicationcontrollers");
    private static final Set<String> WITHOUT_DEPENDENTS = Set.of("events", "events.k8s.io/events");
    private static final Set<String> WITH_GENERATION = Set.of(
            "admissionregistration.k8s.io/mutatingadmissionpolicies",
            "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
            "admissionregistration.k8s.io/mutatingwebhookconfigurations",
            "admissionregistration.k8s.io/validatingadmissionpolicies",
            "admissionregistration.k8s.io/validatingadmissionpolicybindings",
            "admissionregistration.k8s.io/validatingwebhookconfigurations",
            "apiextensions.k8s.io/customresourcedefinitions",
            "apps/daemonsets",
            "apps/deployments",
            "apps/replicasets",
            "apps/statefulsets",
            "batch/cronjobs",
            "batch/jobs",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "discovery.k8s.io/endpointslices",
            "flowcontrol.apiserver.k8s.io/flowschemas",
            "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations",
            "networking.k8s.io/ingresses",
            "networking.k8s.io/ingressclasses",
            "networking.k8s.io/networkpolicies",
            "policy/poddisruptionbudgets",
            "resource.k8s.io/deviceclasses",
            "resource.k8s.io/resourceslices",
            "scheduling.k8s.io/priorityclasses");
    private static final Set<String> LABELLED_THROUGH_STATUS = Set.of(
            "apiextensions.k8s.io/customresourcedefinitions",
            "certificates.k8s.io/certificatesigningrequests",
            "batch/cronjobs",
            "apps/daemonsets",
            "autoscaling/horizontalpodautoscalers",
            "networking.k8s.io/ingresses",
            "batch/jobs",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
            "policy/poddisruptionbudgets",
            "pods",
            "apps/replicasets",
            "replicationcontrollers",
            "resourcequotas",
            "services",
            "apps/statefulsets");

    private final TestServer server = TestServer.ofEverything();

    @AfterEach
    void close() {
        server.close();
    }

    static List<Kinds.Sample> samples() {
        return Kinds.samples();
    }

    private static String id(Kinds.Sample sample) {
        String[] parts = sample.resource().split("/");
        return parts.length == 2 ? parts[1] : parts[0] + "/" + parts[2];
    }

    private ResourceInfo info(Kinds.Sample sample) {
        return server.core.table().get(TestServer.gvr(sample.resource())).info();
    }

    private String made(Kinds.Sample sample) {
        return Trees.string(server.create(sample.resource(), sample.json()), "metadata", "name");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void anUpdateMakesNothing(Kinds.Sample sample) {
        Map<String, Object> object = Json.parseObject(sample.json().replace('\'', '"'));
        String name = Trees.string(object, "metadata", "name");
        boolean refused = false;
        try {
            server.update(sample.resource(), name, object);
        } catch (ApiException e) {
            refused = e.isNotFound();
            if (!refused) throw e;
        }
        assertThat(refused).isEqualTo(!MADE_BY_UPDATES.contains(id(sample)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void namesAreGenerated(Kinds.Sample sample) {
        Map<String, Object> object = Json.parseObject(sample.json().replace('\'', '"'));
        Trees.remove(object, "metadata", "name");
        Trees.set(object, "generated-", "metadata", "generateName");
        boolean generated = true;
        try {
            server.create(sample.resource(), Json.writeString(object));
        } catch (ApiException e) {
            generated = false;
            if (e.code() != 422) throw e;
        }
        assertThat(generated).isEqualTo(!WITHOUT_GENERATED_NAMES.contains(id(sample)));
    }

    @Test
    void onlyARangeOfLimitsNeedsNoNameAtAll() {
        assertThat(Trees.string(server.create("v1/limitranges", "{'spec':{'limits':[]}}"), "metadata", "name"))
                .hasSize(36);
        assertThat(TestServer.refusal(() -> server.create("v1/configmaps", "{}"))
                        .getMessage())
                .endsWith("metadata.name: Required value: name or generateName is required");
    }

    @ParameterizedTest
    @MethodSource("samples")
    void someUpdatesNameTheVersionTheyChange(Kinds.Sample sample) {
        String name = made(sample);
        Map<String, Object> object = server.get(sample.resource(), name);
        Trees.remove(object, "metadata", "resourceVersion");
        boolean refused = false;
        try {
            server.update(sample.resource(), name, object);
        } catch (ApiException e) {
            refused = true;
            assertThat(e.getMessage()).endsWith("must be specified for an update");
        }
        assertThat(refused).isEqualTo(UPDATED_BY_VERSION_ONLY.contains(id(sample)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void dependentsAreDeletedInTheBackgroundAndOnlyPodsTakeTheirTime(Kinds.Sample sample) {
        String finalizers = "{'metadata':{'finalizers':['test.k8s.io/block']}}";
        String name = made(sample);
        server.patch(sample.resource(), name, "merge", finalizers);
        server.delete(sample.resource(), name, "gracePeriodSeconds=30");
        Map<String, Object> left = server.get(sample.resource(), name);
        assertThat(Trees.list(left, "metadata", "finalizers").contains("orphan"))
                .isEqualTo(ORPHANING.contains(id(sample)));
        assertThat(Trees.list(left, "metadata", "finalizers")).doesNotContain("foregroundDeletion");
        boolean ownWay = id(sample).equals("namespaces") || sample.resource().endsWith("customresourcedefinitions");
        Long grace = ownWay ? null : Long.valueOf(0); // their controllers take what they need
        assertThat(Trees.integer(left, "metadata", "deletionGracePeriodSeconds"))
                .isEqualTo(grace);
        server.delete(sample.resource(), name, "propagationPolicy=Foreground");
        assertThat(Trees.list(server.get(sample.resource(), name), "metadata", "finalizers")
                        .contains("foregroundDeletion"))
                .isEqualTo(!WITHOUT_DEPENDENTS.contains(id(sample)));
    }

    @ParameterizedTest
    @MethodSource("samples")
    void generationsCountWhatIsWanted(Kinds.Sample sample) {
        Map<String, Object> made = server.create(sample.resource(), sample.json());
        Long generation = Trees.integer(made, "metadata", "generation");
        assertThat(generation).isEqualTo(WITH_GENERATION.contains(id(sample)) ? 1L : null);
        String name = Trees.string(made, "metadata", "name");
        server.patch(sample.resource(), name, "merge", "{'metadata':{'annotations':{'a':'b'}}}");
        Long later = Trees.integer(server.get(sample.resource(), name), "metadata", "generation");
        assertThat(later).isEqualTo(id(sample).equals("apps/deployments") ? Long.valueOf(2) : generation);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void aStatusIsWrittenApartFromTheRest(Kinds.Sample sample) {
        if (!info(sample).hasStatus()) return;
        String name = made(sample);
        Map<String, Object> before = server.get(sample.resource(), name);
        String media = "application/apply-patch+yaml";
        Map<String, Object> labels = Map.of(
                "apiVersion", info(sample).gvk().apiVersion(),
                "kind", info(sample).gvk().kind(),
                "metadata", Map.of("name", name, "labels", Map.of("through", "status")));
        server.send(Verb.PATCH, sample.resource(), name, "status", "fieldManager=m", media, labels);
        Map<String, Object> after = server.get(sample.resource(), name);
        boolean labelled = Trees.get(after, "metadata", "labels", "through") != null;
        assertThat(labelled).isEqualTo(LABELLED_THROUGH_STATUS.contains(id(sample)));
        boolean owned = Trees.list(after, "metadata", "managedFields").stream()
                .filter(entry -> "status".equals(Trees.string(entry, "subresource")))
                .anyMatch(entry -> Trees.get(entry, "fieldsV1", "f:metadata", "f:labels", "f:through") != null);
        assertThat(owned).as("owned only where it is kept").isEqualTo(labelled);
        assertThat(after.get("spec")).isEqualTo(before.get("spec"));
    }
}
