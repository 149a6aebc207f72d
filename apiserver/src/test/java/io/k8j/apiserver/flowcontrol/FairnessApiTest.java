package io.k8j.apiserver.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.ServingLimits;
import io.k8j.model.json.Trees;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Priority and fairness as clients see it. */
class FairnessApiTest {
    private static final String SCHEMAS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
    private static final String LEVELS = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
    private HttpTestServer api;

    private HttpTestServer start(int reading, int changing, boolean fair, Duration timeout) {
        ServingLimits limits =
                new ServingLimits(reading, changing, fair, timeout, Duration.ofMinutes(30), Duration.ZERO, 0);
        api = new HttpTestServer(Operations.DEFAULTS.withLimits(limits));
        return api;
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private void awaitObjects() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> api.get(SCHEMAS + "/global-default").statusCode() == 200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> condition("global-default").equals("False Found"));
    }

    private String condition(String schema) {
        return Trees.list(api.json(SCHEMAS + "/" + schema), "status", "conditions").stream()
                .filter(c -> "Dangling".equals(Trees.string(c, "type")))
                .map(c -> Trees.string(c, "status") + " " + Trees.string(c, "reason"))
                .findFirst()
                .orElse("");
    }

    @Test
    void theObjectsOfUpstreamAreMadeAndKept() {
        start(400, 200, true, Duration.ofSeconds(60));
        awaitObjects();

        assertThat(Trees.list(api.json(SCHEMAS), "items")).hasSize(11);
        assertThat(Trees.list(api.json(LEVELS), "items")).hasSize(8);
        Map<String, Object> low = api.json(LEVELS + "/workload-low");
        assertThat(Trees.integer(low, "spec", "limited", "nominalConcurrencyShares"))
                .isEqualTo(100);
        assertThat(Trees.string(low, "metadata", "annotations", FlowObjects.AUTO_UPDATE))
                .isEqualTo("true");
        assertThat(Trees.list(low, "metadata", "managedFields").toString())
                .contains("api-priority-and-fairness-config-producer-v1");
    }

    @Test
    void answersNameTheirFlowSchemaAndLevel() {
        start(400, 200, true, Duration.ofSeconds(60));
        awaitObjects();

        HttpResponse<String> root = api.get("/api/v1/namespaces");
        assertThat(root.headers().firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .contains(Trees.string(api.json(SCHEMAS + "/exempt"), "metadata", "uid"));
        HttpResponse<String> bob = api.send(api.request("/api/v1/namespaces", "bob"));
        assertThat(bob.statusCode()).isEqualTo(403);
        assertThat(bob.headers().firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .contains(Trees.string(api.json(SCHEMAS + "/global-default"), "metadata", "uid"));
        assertThat(bob.headers().firstValue("X-Kubernetes-PF-PriorityLevel-UID"))
                .contains(Trees.string(api.json(LEVELS + "/global-default"), "metadata", "uid"));
        HttpResponse<String> probe = api.send(api.request("/livez", null));
        assertThat(probe.headers().firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .contains(Trees.string(api.json(SCHEMAS + "/probes"), "metadata", "uid"));
        assertThat(api.get("/metrics").body())
                .contains("apiserver_flowcontrol_dispatched_requests_total{flow_schema=\"global-default\","
                        + "priority_level=\"global-default\"} 1")
                .contains("apiserver_flowcontrol_nominal_limit_seats{priority_level=\"workload-low\"} 245");
    }

    @Test
    void aSchemaOfOnesOwnWinsByItsPrecedenceAndOneWithoutALevelIsDangling() {
        start(400, 200, true, Duration.ofSeconds(60));
        awaitObjects();
        api.post(SCHEMAS, schema("mine", "mine", 50));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> condition("mine").equals("True NotFound"));
        assertThat(api.send(api.request("/api/v1/namespaces", "bob"))
                        .headers()
                        .firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .contains(Trees.string(api.json(SCHEMAS + "/global-default"), "metadata", "uid"));

        api.post(
                LEVELS,
                "{'apiVersion':'flowcontrol.apiserver.k8s.io/v1','kind':'PriorityLevelConfiguration','metadata':{"
                        + "'name':'mine'},'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':5,'limitResponse':{'type':"
                        + "'Reject'}}}}");
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> condition("mine").equals("False Found"));
        assertThat(api.send(api.request("/api/v1/namespaces", "bob"))
                        .headers()
                        .firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .contains(Trees.string(api.json(SCHEMAS + "/mine"), "metadata", "uid"));
    }

    private static String schema(String name, String level, int precedence) {
        return ("{'apiVersion':'flowcontrol.apiserver.k8s.io/v1','kind':'FlowSchema','metadata':{'name':'%s'},'spec':{"
                        + "'priorityLevelConfiguration':{'name':'%s'},'matchingPrecedence':%d,'distinguisherMethod':{'type':"
                        + "'ByUser'},'rules':[{'subjects':[{'kind':'User','user':{'name':'bob'}}],'resourceRules':[{'verbs':"
                        + "['*'],'apiGroups':['*'],'resources':['*'],'namespaces':['*'],'clusterScope':true}],"
                        + "'nonResourceRules':[{'verbs':['*'],'nonResourceURLs':['*']}]}]}}")
                .formatted(name, level, precedence);
    }

    /** Holds the requests of one user inside the server until the latch opens. */
    private CountDownLatch hold(String user) {
        CountDownLatch latch = new CountDownLatch(1);
        api.server.core().intercept((who, agent, call) -> {
            if (!who.name().equals(user) || !call.resource().resource().equals("configmaps")) return;
            try {
                latch.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return latch;
    }

    private List<Thread> send(int count, List<HttpResponse<String>> answers) {
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> Thread.ofVirtual()
                        .start(() ->
                                answers.add(api.send(api.request("/api/v1/namespaces/default/configmaps", "bob")))))
                .toList();
    }

    @Test
    void whoAsksForTooMuchIsRefusedWhileAdministratorsAreServed() throws Exception {
        start(1, 1, true, Duration.ofSeconds(60));
        awaitObjects();
        api.post(
                LEVELS,
                "{'apiVersion':'flowcontrol.apiserver.k8s.io/v1','kind':'PriorityLevelConfiguration','metadata':{"
                        + "'name':'mine'},'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':100,'limitResponse':{'type':"
                        + "'Reject'}}}}");
        api.post(SCHEMAS, schema("mine", "mine", 50));
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> condition("mine").equals("False Found"));
        CountDownLatch latch = hold("bob");
        List<HttpResponse<String>> answers = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> senders = send(4, answers);

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> answers.size() == 3);
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(429);
            assertThat(answer.body()).isEqualTo("Too many requests, please try again later.\n");
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(answer.headers().firstValue("X-Kubernetes-PF-PriorityLevel-UID"))
                    .isPresent();
        });
        assertThat(api.get("/api/v1/namespaces").statusCode()).isEqualTo(200);
        latch.countDown();
        for (Thread sender : senders) sender.join();
        assertThat(answers).extracting(HttpResponse::statusCode).contains(403);
        assertThat(api.get("/metrics").body())
                .contains("apiserver_flowcontrol_rejected_requests_total{flow_schema=\"mine\",priority_level=\"mine\","
                        + "reason=\"concurrency-limit\"} 3");
    }

    @Test
    void withoutFairnessTwoPlainBoundsHold() throws Exception {
        start(2, 1, false, Duration.ofSeconds(60));
        CountDownLatch latch = hold("bob");
        List<HttpResponse<String>> answers = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> senders = send(3, answers);

        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> answers.size() == 1);
        assertThat(answers.getFirst().statusCode()).isEqualTo(429);
        assertThat(answers.getFirst().headers().firstValue("X-Kubernetes-PF-FlowSchema-UID"))
                .isEmpty();
        assertThat(api.get("/api/v1/namespaces").statusCode())
                .as("administrators")
                .isEqualTo(200);
        latch.countDown();
        for (Thread sender : senders) sender.join();
    }

    @Test
    void listsTakeSeatsByTheirSize() {
        start(400, 200, true, Duration.ofSeconds(60));
        for (int i = 0; i < 30; i++) {
            api.post(
                    "/api/v1/namespaces/default/configmaps",
                    "{'apiVersion':'v1','kind':'ConfigMap','metadata':{'name':'c" + i + "'},'data':{'k':'"
                            + "x".repeat(20_000) + "'}}");
        }
        WorkEstimator estimator = new WorkEstimator(api.server.core().table());
        var list = new io.k8j.apiserver.spi.Authorizer.Attributes(
                io.k8j.apiserver.spi.UserInfo.of("bob"), "list", "", "v1", "configmaps", "", "default", "", null);
        assertThat(estimator.seats(list, q -> null, 0)).isEqualTo(7);
        assertThat(estimator.seats(list, q -> q.equals("limit") ? "5" : null, 0))
                .isEqualTo(2);
        assertThat(estimator.seats(list, q -> null, 4)).isEqualTo(4);
        assertThat(estimator.seats(list.withVerb("get"), q -> null, 0)).isEqualTo(1);
        assertThat(estimator.seats(list.withVerb("watch"), q -> null, 0)).isEqualTo(7);
        assertThat(estimator.seats(list.withVerb("watch"), q -> q.equals("resourceVersion") ? "12" : null, 0))
                .isEqualTo(1);
    }
}
