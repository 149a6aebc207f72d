package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.admission.QuotaLimits;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Trees;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** ResourceQuotas through the API, with a test in the place of their controller. */
class QuotaTest {
    private AdmittingServer server = new AdmittingServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private void quota(String name, String hard, String used, String spec) {
        server.create("v1/resourcequotas", "{metadata: {name: " + name + "}, spec: {hard: " + hard + spec + "}}");
        status(name, hard, used);
    }

    private void status(String name, String hard, String used) {
        Map<String, Object> quota = server.server.get("v1/resourcequotas", name);
        Trees.set(quota, Yaml.tree("{hard: " + hard + ", used: " + used + "}"), "status");
        server.server.send(Verb.UPDATE, "v1/resourcequotas", name, "status", "", null, quota);
    }

    private String used(String quota, String name) {
        return Trees.string(server.server.get("v1/resourcequotas", quota), "status", "used", name);
    }

    private static String pod(String name, String resources, String more) {
        return "{metadata: {name: " + name + "}, spec: {containers: [{name: c, image: i, resources: " + resources + "}]"
                + more + "}}";
    }

    record Case(String name, String resource, String object, String counted, String amount) {}

    static List<Case> cases() {
        String claim = "{metadata: {name: x}, spec: {storageClassName: gold, accessModes: [ReadWriteOnce], resources:"
                + " {requests: {storage: 2Gi}}}}";
        String service = "{metadata: {name: x}, spec: {type: %s, ports: [{port: 80, name: a}, {port: 81, name: b}]}}";
        String amounts =
                "{requests: {cpu: 500m, memory: 1Gi, ephemeral-storage: 2Gi, example.com/gpu: 2}, limits: {cpu: '1',"
                        + " memory: 2Gi, ephemeral-storage: 3Gi, example.com/gpu: 2}}";
        return List.of(
                new Case("a ConfigMap", "v1/configmaps", "{metadata: {name: x}}", "configmaps", "1"),
                new Case("a ConfigMap as object", "v1/configmaps", "{metadata: {name: x}}", "count/configmaps", "1"),
                new Case("a Secret", "v1/secrets", "{metadata: {name: x}}", "secrets", "1"),
                new Case(
                        "a ReplicationController",
                        "v1/replicationcontrollers",
                        "{metadata: {name: x}, spec: {template: {metadata: {labels: {a: b}}, spec: {containers:"
                                + " [{name: c, image: i}]}}}}",
                        "replicationcontrollers",
                        "1"),
                new Case(
                        "a Job of another group",
                        "batch/v1/jobs",
                        "{metadata: {name: x}, spec: {template: {spec: {restartPolicy: Never, containers: [{name: c,"
                                + " image: i}]}}}}",
                        "count/jobs.batch",
                        "1"),
                new Case("a Service", "v1/services", service.formatted("ClusterIP"), "services", "1"),
                new Case("ports of nodes", "v1/services", service.formatted("NodePort"), "services.nodeports", "2"),
                new Case(
                        "a load balancer",
                        "v1/services",
                        service.formatted("LoadBalancer"),
                        "services.loadbalancers",
                        "1"),
                new Case("a claim", "v1/persistentvolumeclaims", claim, "persistentvolumeclaims", "1"),
                new Case("storage", "v1/persistentvolumeclaims", claim, "requests.storage", "2Gi"),
                new Case(
                        "storage of a class",
                        "v1/persistentvolumeclaims",
                        claim,
                        "gold.storageclass.storage.k8s.io/requests.storage",
                        "2Gi"),
                new Case(
                        "a claim of a class",
                        "v1/persistentvolumeclaims",
                        claim,
                        "gold.storageclass.storage.k8s.io/persistentvolumeclaims",
                        "1"),
                new Case(
                        "devices of a class",
                        "resource.k8s.io/v1/resourceclaims",
                        "{metadata: {name: x}, spec: {devices: {requests: [{name: r, exactly: {deviceClassName: gold}}]}}}",
                        "gold.deviceclass.resource.k8s.io/devices",
                        "1"),
                new Case("a Pod", "v1/pods", pod("x", amounts, ""), "pods", "1"),
                new Case("a Pod as object", "v1/pods", pod("x", amounts, ""), "count/pods", "1"),
                new Case("processors", "v1/pods", pod("x", amounts, ""), "requests.cpu", "500m"),
                new Case("limits of memory", "v1/pods", pod("x", amounts, ""), "limits.memory", "2Gi"),
                new Case("scratch space", "v1/pods", pod("x", amounts, ""), "ephemeral-storage", "2Gi"),
                new Case("scratch space at most", "v1/pods", pod("x", amounts, ""), "limits.ephemeral-storage", "3Gi"),
                new Case("a device", "v1/pods", pod("x", amounts, ""), "requests.example.com/gpu", "2"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsUsedIsChargedAndRefusedBeyondTheLimit(Case c) {
        String key = "'" + c.counted() + "'";
        quota("q", "{" + key + ": " + c.amount() + "}", "{" + key + ": '0'}", "");
        server.create(c.resource(), c.object());
        assertThat(used("q", c.counted())).as(c.name()).isEqualTo(c.amount());
        ApiException refusal = server.refusal(c.resource(), c.object().replace("name: x", "name: y"));
        assertThat(refusal.getMessage())
                .contains("\"y\" is forbidden: exceeded quota: q, requested: %s=%s, used: %s=%s, limited: %s=%s"
                        .formatted(c.counted(), c.amount(), c.counted(), c.amount(), c.counted(), c.amount()));
        assertThat(refusal.code()).isEqualTo(403);
    }

    record Scoped(String name, String scope, String inside, String outside) {}

    static List<Scoped> scopes() {
        String none = pod("x", "{}", "");
        String cpu = pod("x", "{requests: {cpu: '1'}}", "");
        String deadline = pod("x", "{}", ", activeDeadlineSeconds: 5");
        String far = pod(
                "x",
                "{}",
                ", affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: t,"
                        + " namespaces: [other], labelSelector: {matchLabels: {a: b}}}]}}");
        return List.of(
                new Scoped("BestEffort", ", scopes: [BestEffort]", none, cpu),
                new Scoped("NotBestEffort", ", scopes: [NotBestEffort]", cpu, none),
                new Scoped("Terminating", ", scopes: [Terminating]", deadline, none),
                new Scoped("NotTerminating", ", scopes: [NotTerminating]", none, deadline),
                new Scoped("CrossNamespacePodAffinity", ", scopes: [CrossNamespacePodAffinity]", far, none),
                new Scoped(
                        "a priority class",
                        ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values:"
                                + " [high]}]}",
                        pod("x", "{}", ", priorityClassName: high"),
                        none),
                new Scoped(
                        "another priority class",
                        ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values:"
                                + " [high]}]}",
                        none,
                        pod("x", "{}", ", priorityClassName: high")));
    }

    @ParameterizedTest
    @MethodSource("scopes")
    void scopesChooseThePods(Scoped s) {
        server.create("scheduling.k8s.io/v1/priorityclasses", "{metadata: {name: high}, value: 5}");
        quota("q", "{pods: '1'}", "{pods: '0'}", s.scope());
        server.create("v1/pods", s.outside().replace("name: x", "name: out"));
        assertThat(used("q", "pods")).as(s.name()).isEqualTo("0");
        server.create("v1/pods", s.inside().replace("name: x", "name: in"));
        assertThat(used("q", "pods")).isEqualTo("1");
        server.refusal("v1/pods", s.inside());
    }

    @Test
    void computeLimitsMustBeGivenAndKnown() {
        quota("q", "{limits.cpu: '4', requests.memory: 4Gi}", "{limits.cpu: '0', requests.memory: '0'}", "");
        assertThat(server.refusal("v1/pods", pod("x", "{}", "")).getMessage())
                .isEqualTo("pods \"x\" is forbidden: failed quota: q: must specify limits.cpu for: c; requests.memory"
                        + " for: c");
        quota("r", "{pods: '4', services: '3'}", "{services: '0'}", "");
        assertThat(server.refusal("v1/pods", pod("x", "{limits: {cpu: '1', memory: 1Gi}}", ""))
                        .getMessage())
                .isEqualTo("pods \"x\" is forbidden: status unknown for quota: r, resources: pods");
    }

    @Test
    void resizingPaysTheDifference() {
        quota("q", "{requests.cpu: '2'}", "{requests.cpu: '0'}", "");
        server.create("v1/pods", pod("x", "{requests: {cpu: '1'}}", ""));
        resize("1500m");
        assertThat(used("q", "requests.cpu")).isEqualTo("1500m");
        assertThat(TestServer.refusal(() -> resize("3")).getMessage())
                .contains("exceeded quota: q, requested: requests.cpu=1500m, used: requests.cpu=1500m, limited:"
                        + " requests.cpu=2");
    }

    private void resize(String cpu) {
        server.server.send(
                Verb.PATCH,
                "v1/pods",
                "x",
                "resize",
                "",
                "application/strategic-merge-patch+json",
                Yaml.tree("{spec: {containers: [{name: c, resources: {requests: {cpu: '" + cpu + "'}}}]}}"));
    }

    @Test
    void servicesThatChangeTheirTypePay() {
        quota("q", "{services.nodeports: '1'}", "{services.nodeports: '0'}", "");
        server.create(
                "v1/services", "{metadata: {name: s}, spec: {ports: [{port: 80, name: a}, {port: 81, name: b}]}}");
        assertThat(TestServer.refusal(
                                () -> server.server.patch("v1/services", "s", "merge", "{'spec':{'type':'NodePort'}}"))
                        .getMessage())
                .contains("exceeded quota: q, requested: services.nodeports=2, used: services.nodeports=0, limited:"
                        + " services.nodeports=1");
    }

    @Test
    void whatIsLimitedByConfigurationNeedsAQuota() {
        server.close();
        server = new AdmittingServer(AdmittingServer.SETTINGS.withQuotaLimits(QuotaLimits.of(
                Yaml.tree("{apiVersion: apiserver.config.k8s.io/v1, kind: ResourceQuotaConfiguration, limitedResources:"
                        + " [{resource: pods, matchScopes: [{scopeName: PriorityClass, operator: In, values: [high]}]},"
                        + " {resource: persistentvolumeclaims, matchContains: [gold.storageclass]}]}"))));
        server.create("scheduling.k8s.io/v1/priorityclasses", "{metadata: {name: high}, value: 5}");
        server.create("v1/pods", pod("free", "{}", ""));
        assertThat(server.refusal("v1/pods", pod("x", "{}", ", priorityClassName: high"))
                        .getMessage())
                .contains("insufficient quota to match these scopes: [{PriorityClass In [high]}]");
        assertThat(server.refusal(
                                "v1/persistentvolumeclaims",
                                "{metadata: {name: x}, spec: {storageClassName: gold, accessModes: [ReadWriteOnce],"
                                        + " resources: {requests: {storage: 2Gi}}}}")
                        .getMessage())
                .contains("insufficient quota to consume: gold.storageclass.storage.k8s.io/persistentvolumeclaims,"
                        + "gold.storageclass.storage.k8s.io/requests.storage");
        quota(
                "q",
                "{pods: '1'}",
                "{pods: '0'}",
                ", scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [high]}]}");
        server.create("v1/pods", pod("x", "{}", ", priorityClassName: high"));
    }

    @Test
    void whatWasAddedToATooSmallUsageIsNotTakenForTheWholeOne() {
        quota("q", "{configmaps: '10'}", "{configmaps: '0'}", "");
        for (int i = 0; i < 7; i++) server.create("v1/configmaps", "{metadata: {name: m" + i + "}}");
        status("q", "{configmaps: '10'}", "{configmaps: '0'}");
        for (int i = 7; i < 10; i++) server.create("v1/configmaps", "{metadata: {name: m" + i + "}}");
        assertThat(server.refusal("v1/configmaps", "{metadata: {name: beyond}}").getMessage())
                .contains("exceeded quota: q, requested: configmaps=1, used: configmaps=10, limited: configmaps=10");
    }

    @Test
    void hundredsAtOnceNeverGetMoreThanThereIsHoweverLateTheControllerIs() throws InterruptedException {
        quota("q", "{configmaps: '100'}", "{configmaps: '0'}", "");
        AtomicInteger admitted = new AtomicInteger();
        List<Throwable> faults = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            threads.add(Thread.ofVirtual().start(() -> {
                try {
                    server.create("v1/configmaps", "{metadata: {name: m" + number + "}}");
                    admitted.incrementAndGet();
                } catch (ApiException e) {
                    if (e.code() != 403)
                        synchronized (faults) {
                            faults.add(e);
                        }
                }
            }));
        }
        // A controller whose cache is behind writes a usage in which the latest objects are missing.
        while (threads.stream().anyMatch(Thread::isAlive)) {
            int seen = server.server.names("v1/configmaps", "").size();
            try {
                status(
                        "q",
                        "{configmaps: '100'}",
                        "{configmaps: '" + ThreadLocalRandom.current().nextInt(seen + 1) + "'}");
            } catch (ApiException e) {
                assertThat(e.isConflict()).isTrue();
            }
        }
        for (Thread thread : threads) thread.join();
        assertThat(faults).isEmpty();
        assertThat(admitted.get()).isEqualTo(100);
        assertThat(server.server.names("v1/configmaps", "")).hasSize(100);
    }
}
