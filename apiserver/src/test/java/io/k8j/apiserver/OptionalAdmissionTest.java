package io.k8j.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.k8j.apiserver.admission.AdmissionSettings;
import io.k8j.apiserver.admission.ImagePolicy;
import io.k8j.apiserver.admission.OptionalSettings;
import io.k8j.apiserver.http.WebhookEndpoint;
import io.k8j.model.api.ApiCall;
import io.k8j.model.api.ApiException;
import io.k8j.model.api.Verb;
import io.k8j.model.json.Json;
import io.k8j.model.json.Trees;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Steps that are off by default, switched on. */
class OptionalAdmissionTest {
    private static final String POD =
            "{metadata: {name: %s, namespace: %s}, spec: {containers: [{name: c, image: i}], %s}}";

    private static AdmissionSettings with(String step, String configuration) {
        OptionalSettings optional = OptionalSettings.NONE.with(step, Yaml.tree(configuration));
        AdmissionSettings settings = AdmissionSettings.DEFAULTS.withPlugins(Set.of(step), Set.of("ServiceAccount"));
        return optional == null ? settings : settings.withOptional(optional);
    }

    private static void serving(AdmissionSettings settings, Consumer<AdmittingServer> test) {
        try (AdmittingServer server = new AdmittingServer(settings)) {
            test.accept(server);
        }
    }

    private static String pod(String name, String namespace, String spec) {
        return POD.formatted(name, namespace, spec);
    }

    private static Map<String, Object> create(AdmittingServer server, String resource, String yaml) {
        Map<String, Object> tree = Yaml.tree(yaml);
        String namespace = Trees.string(tree, "metadata", "namespace");
        ApiCall call = new ApiCall(
                Verb.CREATE,
                TestServer.gvr(resource),
                namespace == null ? "" : namespace,
                "",
                "",
                Map.of(),
                null,
                tree);
        return TestServer.tree(server.server.core.call(TestServer.ADMIN, "test", call));
    }

    private static ApiException refusal(AdmittingServer server, String resource, String yaml) {
        return TestServer.refusal(() -> create(server, resource, yaml));
    }

    @Test
    void namespacesComeWithTheirFirstObject() {
        serving(with("NamespaceAutoProvision", "{}"), server -> {
            create(server, "v1/configmaps", "{metadata: {name: a, namespace: fresh}}");
            assertThat(server.server.get("v1/namespaces", "fresh")).isNotNull();
            assertThat(refusal(server, "v1/configmaps", "{metadata: {name: a, namespace: Wrong}}")
                            .code())
                    .isEqualTo(403);
        });
        serving(
                AdmittingServer.SETTINGS,
                server -> assertThat(refusal(server, "v1/configmaps", "{metadata: {name: a, namespace: fresh}}")
                                .code())
                        .isEqualTo(404));
    }

    @Test
    void ownersNeedTheRightToDelete() {
        String owner = "ownerReferences: [{apiVersion: v1, kind: %s, name: o, uid: u, blockOwnerDeletion: %b}]";
        serving(with("OwnerReferencesPermissionEnforcement", "{}"), server -> {
            assertThat(refusal(
                                    server,
                                    "v1/secrets",
                                    "{metadata: {name: s, namespace: rec, %s}}"
                                            .formatted(owner.formatted("ConfigMap", false)))
                            .getMessage())
                    .isEqualTo("secrets \"s\" is forbidden: cannot set an ownerRef on a resource you can't delete: no"
                            + " secrets, <nil>");
            create(server, "v1/secrets", "{metadata: {name: s, namespace: rec}}"); // owns to nobody
            create(
                    server,
                    "v1/configmaps",
                    "{metadata: {name: a, namespace: rec, %s}}".formatted(owner.formatted("ConfigMap", true)));
            create(
                    server,
                    "v1/configmaps",
                    "{metadata: {name: b, namespace: rec, %s}}".formatted(owner.formatted("Secret", false)));
            assertThat(refusal(
                                    server,
                                    "v1/configmaps",
                                    "{metadata: {name: c, namespace: rec, %s}}"
                                            .formatted(owner.formatted("Secret", true)))
                            .getMessage())
                    .isEqualTo(
                            "configmaps \"c\" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers"
                                    + " to a resource you can't set finalizers on: no secrets, <nil>");
            assertThat(refusal(
                                    server,
                                    "v1/configmaps",
                                    "{metadata: {name: c, namespace: rec, %s}}"
                                            .formatted(owner.formatted("Nobody", true)))
                            .getMessage())
                    .contains("cannot find RESTMapping for APIVersion v1 Kind Nobody");
        });
    }

    @Test
    void podsGetTheirNamespacesNodeSelector() {
        String configuration =
                "{podNodeSelectorPluginConfig: {clusterDefaultNodeSelector: 'env=prod', rec: 'a=b,c=d'}}";
        serving(with("PodNodeSelector", configuration), server -> {
            create(
                    server,
                    "v1/namespaces",
                    "{metadata: {name: own, annotations: {scheduler.alpha.kubernetes.io/node-selector: 'env=test, x=y'}}}");
            assertThat(Trees.map(
                            create(server, "v1/pods", pod("p", "own", "nodeSelector: {z: z}")), "spec", "nodeSelector"))
                    .isEqualTo(Map.of("env", "test", "x", "y", "z", "z"));
            assertThat(Trees.map(create(server, "v1/pods", pod("p", "other", "")), "spec", "nodeSelector"))
                    .isEqualTo(Map.of("env", "prod"));
            assertThat(refusal(server, "v1/pods", pod("q", "own", "nodeSelector: {env: prod}"))
                            .getMessage())
                    .isEqualTo(
                            "pods \"q\" is forbidden: pod node label selector conflicts with its namespace node label"
                                    + " selector");
            assertThat(refusal(server, "v1/pods", pod("q", "rec", "nodeSelector: {a: b}"))
                            .getMessage())
                    .isEqualTo("pods \"q\" is forbidden: pod node label selector labels conflict with its namespace"
                            + " whitelist");
        });
        assertThatThrownBy(() -> serving(
                        with("PodNodeSelector", "{podNodeSelectorPluginConfig: {rec: nonsense}}"), server -> {}))
                .hasMessage("invalid selector: nonsense");
    }

    @Test
    void podsTolerateWhatTheirNamespaceSays() {
        String configuration = """
            default: [{key: cluster, operator: Exists}]
            whitelist: [{key: cluster, operator: Exists}, {key: node.kubernetes.io/memory-pressure, operator: Exists},
              {key: node.kubernetes.io/not-ready, operator: Exists}, {key: node.kubernetes.io/unreachable, operator: Exists}]
            """;
        serving(with("PodTolerationRestriction", configuration), server -> {
            create(
                    server,
                    "v1/namespaces",
                    "{metadata: {name: own, annotations: {scheduler.alpha.kubernetes.io/defaultTolerations:"
                            + " '[{\"key\":\"mine\",\"operator\":\"Exists\"}]',"
                            + " scheduler.alpha.kubernetes.io/tolerationsWhitelist: ''}}}");
            assertThat(Trees.list(create(server, "v1/pods", pod("p", "rec", "")), "spec", "tolerations"))
                    .contains(Map.of("key", "cluster", "operator", "Exists"));
            assertThat(Trees.list(
                            create(
                                    server,
                                    "v1/pods",
                                    pod(
                                            "p",
                                            "own",
                                            "tolerations: [{key: mine, operator: Equal, value: v, effect: NoSchedule}]")),
                            "spec",
                            "tolerations"))
                    .contains(Map.of("key", "mine", "operator", "Exists"))
                    .noneMatch(toleration -> "v".equals(Trees.string(toleration, "value"))); // covered
            ApiException refused =
                    refusal(server, "v1/pods", pod("q", "rec", "tolerations: [{key: gpu, operator: Exists}]"));
            assertThat(refused.toStatus())
                    .doesNotContainKeys("reason", "details")
                    .containsEntry("code", 500L);
            assertThat(refused.getMessage())
                    .isEqualTo("pod tolerations (possibly merged with namespace default tolerations) conflict with its"
                            + " cluster whitelist");
        });
    }

    @Test
    void tooManyEventsAreRefused() {
        String configuration =
                "{limits: [{type: Namespace, qps: 1, burst: 2}, {type: Server, qps: 1000, burst: 1000}]}";
        String event = "{metadata: {name: e%d, namespace: %s}, involvedObject: {namespace: %s, name: o}}";
        serving(with("EventRateLimit", configuration), server -> {
            ApiException refused = null;
            // Some may come back while this runs, but not as many as are asked for.
            for (int i = 0; i < 200 && refused == null; i++) {
                try {
                    create(server, "v1/events", event.formatted(i, "rec", "rec"));
                } catch (ApiException e) {
                    refused = e;
                }
            }
            assertThat(refused).isNotNull();
            assertThat(refused.code()).isEqualTo(429);
            assertThat(refused.reason()).isEqualTo("TooManyRequests");
            assertThat(refused.getMessage()).isEqualTo("limit reached on type Namespace for key rec");
            create(server, "v1/events", event.formatted(0, "other", "other"));
        });
        assertThatThrownBy(() -> with("EventRateLimit", "{limits: [{type: Magic, qps: 0, burst: 1}]}"))
                .hasMessageContaining("limits[0].type: Unsupported value: \"Magic\"")
                .hasMessageContaining("limits[0].qps: Invalid value: 0: must be positive");
    }

    @Test
    void aWebhookDecidesAboutImages() throws Exception {
        List<Map<String, Object>> asked = new CopyOnWriteArrayList<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        hook.createContext("/", exchange -> {
            Map<String, Object> review =
                    Json.parseObject(exchange.getRequestBody().readAllBytes());
            asked.add(Trees.map(review, "spec"));
            boolean good = !review.toString().contains("bad");
            byte[] answer = Json.write(Map.of(
                    "status",
                    good
                            ? Map.of("allowed", true, "auditAnnotations", Map.of("by", "hook"))
                            : Map.of("allowed", false, "reason", "too old")));
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        hook.start();
        URI target = URI.create("http://127.0.0.1:" + hook.getAddress().getPort() + "/");
        try {
            serving(images(target, false), server -> {
                create(server, "v1/pods", pod("p", "rec", "initContainers: [{name: d, image: j}]"));
                assertThat(asked.getFirst().get("containers"))
                        .isEqualTo(List.of(Map.of("image", "i"), Map.of("image", "j")));
                assertThat(asked.getFirst().get("namespace")).isEqualTo("rec");
                create(server, "v1/pods", pod("q", "rec", "initContainers: [{name: d, image: j}]"));
                assertThat(asked).as("the answer is remembered").hasSize(1);
                assertThat(refusal(server, "v1/pods", pod("r", "rec", "initContainers: [{name: d, image: bad}]"))
                                .getMessage())
                        .isEqualTo(
                                "pods \"r\" is forbidden: image policy webhook backend denied one or more images: too"
                                        + " old");
            });
        } finally {
            hook.stop(0);
        }
        serving(
                images(target, false),
                server -> assertThat(refusal(server, "v1/pods", pod("p", "rec", "hostNetwork: false"))
                                .code())
                        .isEqualTo(403));
        serving(images(target, true), server -> {
            Map<String, Object> made = create(server, "v1/pods", pod("p", "rec", "hostNetwork: false"));
            assertThat(Trees.string(made, "metadata", "annotations", "alpha.image-policy.k8s.io/failed-open"))
                    .isEqualTo("true");
        });
    }

    private static AdmissionSettings images(URI target, boolean allowOnFailure) {
        Duration span = Duration.ofMinutes(1);
        return AdmissionSettings.DEFAULTS
                .withPlugins(Set.of("ImagePolicyWebhook"), Set.of("ServiceAccount"))
                .withOptional(OptionalSettings.NONE.withImagePolicy(new ImagePolicy.Settings(
                        new WebhookEndpoint(target, null, Optional::empty),
                        span,
                        span,
                        Duration.ofMillis(1),
                        allowOnFailure)));
    }
}
