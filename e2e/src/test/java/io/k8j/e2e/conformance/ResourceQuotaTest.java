package io.k8j.e2e.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.json.Trees;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Quotas: what is counted, what is refused, what is released. */
class ResourceQuotaTest extends ConformanceCase {
    private static final String HARD = """
            pods: '5', services: '10', services.nodeports: '1', services.loadbalancers: '1',
            replicationcontrollers: '10', resourcequotas: '1', configmaps: '10', secrets: '10', cpu: '1',
            memory: 500Mi, persistentvolumeclaims: '10', requests.storage: 10Gi, ephemeral-storage: 50Gi,
            count/replicasets.apps: '5', requests.example.com/dongle: '3'""";

    private String quota(String name) {
        return core("resourcequotas/" + name);
    }

    private void create(String name, String hard, String more) {
        api.post(core("resourcequotas"), "{metadata: {name: %s}, spec: {hard: {%s}%s}}".formatted(name, hard, more))
                .ok();
        eventually(() -> {
            Answer now = api.get(quota(name));
            assertThat(now.tree("status", "hard")).isEqualTo(now.tree("spec", "hard"));
            assertThat(now.tree("status", "used")).isNotNull();
        });
    }

    private void used(String name, String... resourcesAndAmounts) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (int i = 0; i < resourcesAndAmounts.length; i += 2) {
            wanted.put(resourcesAndAmounts[i], resourcesAndAmounts[i + 1]);
        }
        eventually(() -> assertThat(Trees.map(api.get(quota(name)).body(), "status", "used"))
                .containsAllEntriesOf(wanted));
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/9")
    void theStatusIsThereSoon() {
        create("test-quota", HARD, "");
        used("test-quota", "pods", "0", "resourcequotas", "1", "cpu", "0", "requests.example.com/dongle", "0");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/8")
    void servicesAreCounted() {
        create("test-quota", HARD, "");
        service("test-service", "ClusterIP").ok();
        service("test-nodeport", "NodePort").ok();
        used("test-quota", "services", "2", "services.nodeports", "1", "services.loadbalancers", "0");
        service("test-loadbalancer", "LoadBalancer").refused(403);
        api.delete(core("services/test-service")).ok();
        api.delete(core("services/test-nodeport")).ok();
        used("test-quota", "services", "0", "services.nodeports", "0", "services.loadbalancers", "0");
    }

    private Answer service(String name, String type) {
        return api.post(
                core("services"),
                "{metadata: {name: %s}, spec: {type: %s, ports: [{port: 80}]}}".formatted(name, type));
    }

    private void counted(String path, String yaml, String resource) {
        create("test-quota", HARD, "");
        String before = Trees.string(api.get(quota("test-quota")).body(), "status", "used", resource);
        api.post(path, yaml).ok();
        used("test-quota", "resourcequotas", "1", resource, "" + (Integer.parseInt(before) + 1));
        api.delete(path + "/test").ok();
        used("test-quota", resource, before);
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/3")
    void configMapsAreCounted() {
        counted(core("configmaps"), "{metadata: {name: test}, data: {a: b}}", "configmaps");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/7")
    void secretsAreCounted() {
        counted(core("secrets"), "{metadata: {name: test}, data: {a: Yg==}}", "secrets");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/5")
    void replicaSetsAreCounted() {
        counted(
                apis("apps/v1", "replicasets"),
                "{metadata: {name: test}, spec: {replicas: 0, selector: {matchLabels: {a: b}}, %s}}"
                        .formatted(Pods.template("a: b")),
                "count/replicasets.apps");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/6")
    void replicationControllersAreCounted() {
        counted(
                core("replicationcontrollers"),
                "{metadata: {name: test}, spec: {replicas: 0, selector: {a: b}, %s}}".formatted(Pods.template("a: b")),
                "replicationcontrollers");
    }

    private Answer pod(String name, String resources, String more) {
        return api.post(
                core("pods"),
                "{metadata: {name: %s}, spec: {%s%s}}"
                        .formatted(
                                name,
                                more.isEmpty() ? "" : more + ", ",
                                Pods.container(resources.isEmpty() ? "" : "resources: {%s}".formatted(resources))));
    }

    private void release(String name) {
        api.delete(core("pods/" + name), "{gracePeriodSeconds: 0}").ok();
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/4")
    void whatPodsAskForIsCounted() {
        create("test-quota", HARD, "");
        pod(
                        "test-pod",
                        "requests: {cpu: 500m, memory: 252Mi, ephemeral-storage: 30Gi, example.com/dongle: 2}, limits: {example.com/dongle: 2}",
                        "")
                .ok();
        used(
                "test-quota",
                "pods",
                "1",
                "cpu",
                "500m",
                "memory",
                "252Mi",
                "ephemeral-storage",
                "30Gi",
                "requests.example.com/dongle",
                "2");
        pod("too-much-cpu", "requests: {cpu: 600m, memory: 100Mi, ephemeral-storage: 1Gi}", "")
                .refused(403);
        pod(
                        "too-many-dongles",
                        "requests: {cpu: 100m, memory: 100Mi, ephemeral-storage: 1Gi, example.com/dongle: 2}, limits: {example.com/dongle: 2}",
                        "")
                .refused(403);
        Map<String, Object> tree = api.get(core("pods/test-pod")).copy();
        Map<String, Object> container =
                Trees.map(Trees.list(tree, "spec", "containers").getFirst());
        Trees.set(container, "100m", "resources", "requests", "cpu");
        Trees.set(container, "100Mi", "resources", "requests", "memory");
        assertThat(api.put(core("pods/test-pod"), tree).code()).isEqualTo(422);
        used("test-quota", "pods", "1", "cpu", "500m", "memory", "252Mi");
        release("test-pod");
        used(
                "test-quota",
                "pods",
                "0",
                "cpu",
                "0",
                "memory",
                "0",
                "ephemeral-storage",
                "0",
                "requests.example.com/dongle",
                "0");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/12")
    void terminatingPodsHaveAScopeOfTheirOwn() {
        create("terminating", "pods: '5'", ", scopes: [Terminating]");
        create("not-terminating", "pods: '5'", ", scopes: [NotTerminating]");
        pod("test-pod", "requests: {cpu: 100m, memory: 10Mi}, limits: {cpu: '1', memory: 400Mi}", "")
                .ok();
        used("not-terminating", "pods", "1");
        used("terminating", "pods", "0");
        release("test-pod");
        used("not-terminating", "pods", "0");
        pod(
                        "terminating-pod",
                        "requests: {cpu: 100m, memory: 10Mi}, limits: {cpu: '1', memory: 400Mi}",
                        "activeDeadlineSeconds: 3600")
                .ok();
        used("terminating", "pods", "1");
        used("not-terminating", "pods", "0");
        release("terminating-pod");
        used("terminating", "pods", "0");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/11")
    void bestEffortPodsHaveAScopeOfTheirOwn() {
        create("best-effort", "pods: '5'", ", scopes: [BestEffort]");
        create("not-best-effort", "pods: '5'", ", scopes: [NotBestEffort]");
        pod("best-effort-pod", "", "").ok();
        used("best-effort", "pods", "1");
        used("not-best-effort", "pods", "0");
        release("best-effort-pod");
        used("best-effort", "pods", "0");
        pod("burstable-pod", "requests: {cpu: 100m}, limits: {cpu: '1', memory: 400Mi}", "")
                .ok();
        used("not-best-effort", "pods", "1");
        used("best-effort", "pods", "0");
        release("burstable-pod");
        used("not-best-effort", "pods", "0");
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/2")
    void aQuotaCanBeChangedAndDeleted() {
        create("test-quota", "cpu: '1', memory: 500Mi", "");
        Map<String, Object> tree = api.get(quota("test-quota")).copy();
        Trees.set(tree, "2", "spec", "hard", "cpu");
        Trees.set(tree, "1Gi", "spec", "hard", "memory");
        Answer updated = api.put(quota("test-quota"), tree).ok();
        assertThat(updated.tree("spec", "hard")).isEqualTo(Map.of("cpu", "2", "memory", "1Gi"));
        assertThat(api.get(quota("test-quota")).tree("spec", "hard")).isEqualTo(Map.of("cpu", "2", "memory", "1Gi"));
        api.delete(quota("test-quota")).ok();
        api.get(quota("test-quota")).refused(404);
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/10")
    void aQuotaHasItsLife() {
        api.post(
                        core("resourcequotas"),
                        "{metadata: {name: e2e-quota, labels: {e2e-rq: %s}}, spec: {hard: {cpu: '1', memory: 500Mi}}}"
                                .formatted(namespace))
                .ok();
        assertThat(api.get(quota("e2e-quota")).at("spec", "hard", "cpu")).isEqualTo("1");
        String everywhere = "/api/v1/resourcequotas?labelSelector=e2e-rq%3D" + namespace;
        assertThat(api.get(everywhere).names()).containsExactly("e2e-quota");
        Answer patched = api.patch(
                        quota("e2e-quota"),
                        Api.STRATEGIC,
                        "{metadata: {labels: {e2e-quota: patched}}, spec: {hard: {memory: 750Mi}}}")
                .ok();
        assertThat(patched.at("metadata", "labels", "e2e-quota")).isEqualTo("patched");
        assertThat(patched.at("spec", "hard", "memory")).isEqualTo("750Mi");
        api.delete(core("resourcequotas") + "?labelSelector=e2e-quota%3Dpatched")
                .ok();
        eventually(() -> assertThat(api.get(everywhere).names()).isEmpty());
    }

    @Test
    @Conformance("api-machinery/ResourceQuota/1")
    void theStatusCanBeSetAndIsBroughtBackInLine() {
        create("test-quota", "cpu: 500m, memory: 500Mi", "");
        String status = quota("test-quota") + "/status";
        try (Watching watching = api.watch(core("resourcequotas"))) {
            Map<String, Object> tree = api.get(quota("test-quota")).copy();
            Trees.set(tree, Map.of("cpu", "600m", "memory", "600Mi"), "status", "hard");
            assertThat(api.put(status, tree).ok().at("status", "hard", "cpu")).isEqualTo("600m");
            watching.next("MODIFIED", e -> "600m".equals(e.at("status", "hard", "cpu")));
            watching.next("MODIFIED", e -> "500m".equals(e.at("status", "hard", "cpu")));
            Answer patched = api.merge(status, "{status: {hard: {cpu: 700m, memory: 700Mi}}, spec: {hard: {cpu: '9'}}}")
                    .ok();
            assertThat(patched.at("status", "hard", "cpu")).isEqualTo("700m");
            assertThat(patched.at("spec", "hard", "cpu")).isEqualTo("500m");
            watching.next("MODIFIED", e -> "700m".equals(e.at("status", "hard", "cpu")));
            Watching.Event back = watching.next("MODIFIED", e -> "500m".equals(e.at("status", "hard", "cpu")));
            assertThat(back.at("spec", "hard", "memory")).isEqualTo("500Mi");
        }
    }
}
