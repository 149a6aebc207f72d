package io.k8j.apiserver.admission.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.k8j.apiserver.admission.FakeReader;
import io.k8j.apiserver.admission.QuotaLimits;
import io.k8j.apiserver.admission.Requests;
import io.k8j.apiserver.admission.Services;
import io.k8j.apiserver.spi.AdmissionRequest;
import io.k8j.model.api.ApiException;
import io.k8j.model.json.Trees;
import io.k8j.model.resource.GroupVersionResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ResourceQuotaTest {
    private static final GroupVersionResource QUOTAS = new GroupVersionResource("", "v1", "resourcequotas");

    private static String pod(String resources) {
        return "{metadata: {name: p, namespace: a}, spec: {containers: [{name: c, resources: " + resources + "}]}}";
    }

    private static FakeReader quota(String hard, String used, String spec) {
        return new FakeReader()
                .with(
                        "resourcequotas",
                        "{metadata: {name: q, namespace: a, uid: u, resourceVersion: '1'}, spec: " + spec
                                + ", status: {hard: " + hard + ", used: " + used + "}}");
    }

    /** Writes into the reader like the store would: only over the version that was read. */
    private static ResourceQuotaAdmission step(FakeReader reader) {
        return new ResourceQuotaAdmission(
                reader,
                quota -> {
                    synchronized (reader) {
                        String read = Trees.string(quota, "metadata", "resourceVersion");
                        String stored =
                                reader.get(QUOTAS, "a", "q").orElseThrow().resourceVersion();
                        if (!stored.equals(read)) {
                            throw ApiException.modified(QUOTAS, "q");
                        }
                        Trees.set(quota, Integer.toString(Integer.parseInt(stored) + 1), "metadata", "resourceVersion");
                        reader.replace("resourcequotas", quota);
                        return quota;
                    }
                },
                QuotaLimits.NONE,
                new Services.StillTime());
    }

    private static Object used(FakeReader reader, String resource) {
        return Trees.get(reader.get(QUOTAS, "a", "q").orElseThrow().tree(), "status", "used", resource);
    }

    @Test
    void whatFitsIsCharged() {
        FakeReader reader = quota("{requests.cpu: '2', pods: '5'}", "{requests.cpu: 500m, pods: '1'}", "{}");
        Requests.run(step(reader), Requests.createPod(pod("{requests: {cpu: '1'}}")));
        assertThat(used(reader, "requests.cpu")).isEqualTo("1500m");
        assertThat(used(reader, "pods")).isEqualTo("2");
    }

    @Test
    void whatDoesNotFitIsRefusedWithAllNumbers() {
        FakeReader reader = quota("{cpu: '2'}", "{cpu: '1'}", "{}");
        assertThatThrownBy(() -> Requests.run(step(reader), Requests.createPod(pod("{requests: {cpu: '2'}}"))))
                .hasMessage(
                        "pods \"p\" is forbidden: exceeded quota: q, requested: cpu=2, used: cpu=1, limited: cpu=2");
    }

    @Test
    void limitedComputeResourcesMustBeGiven() {
        FakeReader reader =
                quota("{limits.cpu: '2', requests.memory: 1Gi}", "{limits.cpu: '0', requests.memory: '0'}", "{}");
        assertThatThrownBy(() -> Requests.run(step(reader), Requests.createPod(pod("{}"))))
                .hasMessage(
                        "pods \"p\" is forbidden: failed quota: q: must specify limits.cpu for: c; requests.memory for:"
                                + " c");
    }

    @Test
    void aQuotaOfUnknownUsageLetsNothingIn() {
        FakeReader reader = quota("{pods: '2'}", "{}", "{}");
        assertThatThrownBy(() -> Requests.run(step(reader), Requests.createPod(pod("{}"))))
                .hasMessage("pods \"p\" is forbidden: status unknown for quota: q, resources: pods");
    }

    @Test
    void scopesLeaveOthersAlone() {
        FakeReader reader = quota("{pods: '0'}", "{pods: '0'}", "{scopes: [BestEffort]}");
        Requests.run(step(reader), Requests.createPod(pod("{requests: {cpu: '1'}}")));
        assertThatThrownBy(() -> Requests.run(step(reader), Requests.createPod(pod("{}"))))
                .hasMessageContaining("exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0");
    }

    @Test
    void anyKindCanBeCounted() {
        FakeReader reader = quota("{count/deployments.apps: '1'}", "{count/deployments.apps: '1'}", "{}");
        AdmissionRequest request = Requests.create(
                new GroupVersionResource("apps", "v1", "deployments"),
                "Deployment",
                "{metadata: {name: d, namespace: a}}");
        assertThatThrownBy(() -> Requests.run(step(reader), request))
                .hasMessage(
                        "deployments.apps \"d\" is forbidden: exceeded quota: q, requested: count/deployments.apps=1,"
                                + " used: count/deployments.apps=1, limited: count/deployments.apps=1");
    }

    @Test
    void updatesPayTheDifference() {
        FakeReader reader = quota("{services.nodeports: '2'}", "{services.nodeports: '1'}", "{}");
        AdmissionRequest request = Requests.update(
                new GroupVersionResource("", "v1", "services"),
                "Service",
                "{metadata: {name: s, namespace: a}, spec: {type: NodePort, ports: [{port: 1}, {port: 2}]}}",
                "{metadata: {name: s, namespace: a}, spec: {type: NodePort, ports: [{port: 1}]}}");
        Requests.run(step(reader), request);
        assertThat(used(reader, "services.nodeports")).isEqualTo("2");
    }

    @Test
    void manyAtOnceNeverGetMoreThanThereIs() throws Exception {
        FakeReader reader = quota("{pods: '10'}", "{pods: '0'}", "{}");
        // Two servers share one store, so the lock within a server does not help.
        var steps = new ResourceQuotaAdmission[] {step(reader), step(reader)};
        AtomicInteger admitted = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 60; i++) {
                var step = steps[i % 2];
                all.add(workers.submit(() -> {
                    try {
                        Requests.run(step, Requests.createPod(pod("{}")));
                        admitted.incrementAndGet();
                    } catch (ApiException e) {
                        assertThat(e.code()).isIn(403, 409);
                    }
                }));
            }
        }
        for (Future<?> one : all) {
            one.get();
        }
        assertThat(admitted.get()).isLessThanOrEqualTo(10);
        assertThat(used(reader, "pods")).isEqualTo(Integer.toString(admitted.get()));
    }

    @Test
    void dryRunsAreCheckedButNotCharged() {
        FakeReader reader = quota("{pods: '1'}", "{pods: '0'}", "{}");
        AdmissionRequest real = Requests.createPod(pod("{}"));
        var context = new io.k8j.apiserver.spi.RequestContext(
                real.context().user(),
                real.context().verb(),
                Requests.PODS,
                "a",
                "",
                "",
                java.time.Instant.EPOCH,
                true);
        Requests.run(
                step(reader),
                new AdmissionRequest(context, real.operation(), real.kind(), real.object(), null, Map.of()));
        assertThat(used(reader, "pods")).isEqualTo("0");
    }
}
