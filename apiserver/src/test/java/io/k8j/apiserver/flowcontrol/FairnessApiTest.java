package io.k8j.apiserver.flowcontrol;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.HttpTestServer;
import io.k8j.apiserver.Operations;
import io.k8j.apiserver.ServingLimits;
import io.k8j.apiserver.spi.Authorizer.Attributes;
import io.k8j.apiserver.spi.UserInfo;
import io.k8j.model.json.Trees;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get(SCHEMAS + "/global-default").statusCode() == 200);
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
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
                .atMost(Duration.ofSeconds(60))
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
                .atMost(Duration.ofSeconds(60))
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

    /** Gives what bob asks for a level of its own. @param response what happens to requests beyond it */
    private void limitBob(String response) {
        api.post(LEVELS, """
                {'apiVersion':'flowcontrol.apiserver.k8s.io/v1','kind':'PriorityLevelConfiguration','metadata':{'name':'mine'},
                 'spec':{'type':'Limited','limited':{'nominalConcurrencyShares':100,'limitResponse':%s}}}""".formatted(response));
        api.post(SCHEMAS, schema("mine", "mine", 50));
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> condition("mine").equals("False Found"));
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
        limitBob("{'type':'Reject'}");
        CountDownLatch latch = hold("bob");
        List<HttpResponse<String>> answers = new CopyOnWriteArrayList<>();
        List<Thread> senders = send(4, answers);

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> answers.size() == 3);
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
        List<HttpResponse<String>> answers = new CopyOnWriteArrayList<>();
        List<Thread> senders = send(3, answers);

        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> answers.size() == 1);
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
        var list = new Attributes(UserInfo.of("bob"), "list", "", "v1", "configmaps", "", "default", "", null);
        assertThat(estimator.estimate(list, q -> null, 0).seats()).isEqualTo(7);
        assertThat(estimator
                        .estimate(list, q -> q.equals("limit") ? "5" : null, 0)
                        .seats())
                .isEqualTo(2);
        assertThat(estimator.estimate(list, q -> null, 4).seats()).isEqualTo(4);
        assertThat(estimator.estimate(list.withVerb("get"), q -> null, 0).seats())
                .isEqualTo(1);
        assertThat(estimator.estimate(list.withVerb("watch"), q -> null, 0).seats())
                .isEqualTo(7);
        assertThat(estimator
                        .estimate(list.withVerb("watch"), q -> q.equals("resourceVersion") ? "12" : null, 0)
                        .seats())
                .isEqualTo(1);
    }

    @Test
    void writesTakeSeatsForThoseWhoHearOfThem() {
        start(400, 200, true, Duration.ofSeconds(60));
        WorkEstimator estimator = new WorkEstimator(api.server.core().table());
        var write = new Attributes(UserInfo.of("bob"), "update", "", "v1", "configmaps", "", "default", "c", null);
        String all = "/api/v1/configmaps?watch=1&resourceVersion=0&timeoutSeconds=300";
        List<CompletableFuture<?>> watches = new ArrayList<>();
        for (int i = 0; i < 9; i++) watches.add(watch(all));
        watches.add(watch("/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0&timeoutSeconds=300"));
        watches.add(watch("/api/v1/namespaces/kube-system/configmaps?watch=1&resourceVersion=0&timeoutSeconds=300"));
        watches.forEach(CompletableFuture::join);

        assertThat(estimator.estimate(write, q -> null, 0)).isEqualTo(new Work(1, 1, 5_000_000));
        for (int i = 0; i < 15; i++) watch(all).join();
        assertThat(estimator.estimate(write, q -> null, 0)).isEqualTo(new Work(1, 3, 5_000_000));
        assertThat(estimator.estimate(write, q -> null, 2)).isEqualTo(new Work(1, 2, 7_500_000));
        assertThat(estimator.estimate(write.withVerb("get"), q -> null, 0)).isEqualTo(Work.of(1));
    }

    /** Done when the watch has begun. */
    private CompletableFuture<?> watch(String path) {
        return api.client.sendAsync(api.request(path, "root").build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void upstreamsOwnObjectsKeepTheirSpecs() {
        start(400, 200, true, Duration.ofSeconds(60));
        awaitObjects();
        String patch = "{\"spec\":{\"matchingPrecedence\":9999}}";
        HttpResponse<String> refused = merge(SCHEMAS + "/catch-all", patch);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("spec of 'catch-all' must equal the fixed value");
        HttpResponse<String> level =
                merge(LEVELS + "/catch-all", "{\"spec\":{\"limited\":{\"nominalConcurrencyShares\":6}}}");
        assertThat(level.body()).contains("spec of 'catch-all' must equal the fixed value");
        HttpResponse<String> exempt =
                merge(LEVELS + "/exempt", "{\"spec\":{\"exempt\":{\"nominalConcurrencyShares\":10}}}");
        assertThat(exempt.statusCode()).as(exempt.body()).isEqualTo(200);
        assertThat(merge(SCHEMAS + "/global-default", patch).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> merge(String path, String body) {
        return api.send(api.request(path, "root")
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void administratorsSeeWhoWaitsAndWhoRuns() throws Exception {
        start(1, 1, true, Duration.ofSeconds(60));
        awaitObjects();
        limitBob("{'type':'Queue','queuing':{'queues':2,'handSize':1,'queueLengthLimit':5}}");
        CountDownLatch latch = hold("bob");
        List<HttpResponse<String>> answers = new CopyOnWriteArrayList<>();
        List<Thread> senders = send(3, answers);
        String dumps = "/debug/api_priority_and_fairness/";
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> api.get(dumps + "dump_requests")
                                .body()
                                .lines()
                                .filter(line -> line.startsWith("mine,"))
                                .count()
                        == 3);

        String levels = api.get(dumps + "dump_priority_levels").body();
        assertThat(levels.lines().findFirst().orElseThrow())
                .isEqualTo("PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests,"
                        + " DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests");
        assertThat(levels).containsPattern("mine, +1, +false, +false, +2, +1, +1, +0, +0, +0\n");
        assertThat(levels).containsPattern("catch-all, +0, +true, +false,");
        assertThat(api.get(dumps + "dump_queues").body())
                .containsPattern("mine, +[01], +2, +0, +0, +0\\.00000000ss, +2, +2, +0\\.00600000ss\n");
        String requests =
                api.get(dumps + "dump_requests?includeRequestDetails=1").body();
        assertThat(requests.lines().findFirst().orElseThrow().split(", +"))
                .hasSize(18)
                .startsWith(
                        "PriorityLevelName", "FlowSchemaName", "QueueIndex", "RequestIndexInQueue", "FlowDistingsher")
                .endsWith("APIVersion", "Resource", "SubResource");
        assertThat(requests)
                .containsPattern("mine, +mine, +-1, +-1, +bob, +20[^ ]+Z, +1, +0, +0s, +20[^ ]+Z, +bob, +list,"
                        + " +/api/v1/namespaces/default/configmaps, +default, +, +v1, +configmaps, +\n")
                .containsPattern("mine, +mine, +[01], +0, +bob, +20[^ ]+Z, +1, +0, +0s, +0001-01-01T00:00:00Z, +bob,");
        assertThat(api.send(api.request(dumps + "dump_queues", null)).statusCode())
                .isEqualTo(403);
        assertThat(api.get("/").body()).doesNotContain("api_priority_and_fairness");
        latch.countDown();
        for (Thread sender : senders) sender.join();
    }
}
