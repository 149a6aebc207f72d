package io.k8j.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.k8j.client.Client;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Event;
import org.junit.platform.testkit.engine.Events;

/** Where the annotations may be, what they say together, and what is said of those that are wrong. */
class AnnotationsTest {
    private static Events run(Class<?> sample) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(sample))
                .execute()
                .allEvents();
    }

    static class OnField {
        @K8j(nodes = 2)
        private K8jCluster cluster;

        @K8j
        private KubernetesClient client;

        @K8j.Namespace
        private String namespace;

        @K8j.Kubeconfig
        private Path kubeconfig;

        @Test
        void has(@K8j K8jCluster same) throws Exception {
            assertThat(cluster.nodes()).hasSize(2);
            assertThat(same).isSameAs(cluster);
            assertThat(client.getNamespace()).isEqualTo(namespace);
            assertThat(Files.readString(kubeconfig)).contains("namespace: " + namespace);
        }

        @Nested
        class Inner {
            @Test
            void sharesTheClusterOfTheFieldAround(K8jCluster same) {
                assertThat(same).isSameAs(cluster);
            }
        }
    }

    static class OnParameter {
        @Test
        void has(@K8j KubernetesClient client, @K8j.Namespace String namespace) {
            assertThat(client.getNamespace()).isEqualTo(namespace);
        }
    }

    @K8j(nodes = 0)
    @Retention(RetentionPolicy.RUNTIME)
    @interface Empty {}

    @Empty
    static class OwnAnnotation {
        @Test
        void has(K8jCluster cluster) {
            assertThat(cluster.nodes()).isEmpty();
        }
    }

    @K8j(nodes = 0)
    interface NeedsEmpty {}

    static class OnInterface implements NeedsEmpty {
        @Test
        void has(K8jCluster cluster) {
            assertThat(cluster.nodes()).isEmpty();
        }
    }

    @K8j(nodes = 0)
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class OneInstance {
        @K8j
        private KubernetesClient client;

        @BeforeAll
        void create() {
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("before-all")
                            .endMetadata()
                            .build())
                    .create();
        }

        @Test
        void has() {
            assertThat(client.getNamespace()).startsWith("test-has-");
            assertThat(client.configMaps()
                            .inNamespace("default")
                            .withName("before-all")
                            .get())
                    .isNotNull();
        }
    }

    @K8j(nodes = 0)
    static class NestedWithItsOwn {
        @Test
        void outer(K8jCluster cluster) {
            assertThat(cluster.nodes()).isEmpty();
        }

        @Nested
        @K8j(nodes = 3)
        class Inner {
            @Test
            void inner(K8jCluster cluster) {
                assertThat(cluster.nodes()).hasSize(3);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("right")
    void clustersAreAskedForInManyPlaces(Class<?> sample) {
        Events events = run(sample);
        assertThat(events.failed().stream()).isEmpty();
        assertThat(events.succeeded().count()).isPositive();
    }

    static Stream<Class<?>> right() {
        return Stream.of(
                OnField.class,
                OnParameter.class,
                OwnAnnotation.class,
                OnInterface.class,
                OneInstance.class,
                NestedWithItsOwn.class);
    }

    @K8j(nodes = -1)
    static class Negative {
        @Test
        void has(K8jCluster cluster) {}
    }

    @K8j(without = "kubelet")
    static class NoSuchPart {
        @Test
        void has(K8jCluster cluster) {}
    }

    static class TwoMinds {
        @K8j(nodes = 0)
        private K8jCluster one;

        @K8j(nodes = 2)
        private Client two;

        @Test
        void has() {}
    }

    @K8j
    static class AnotherMindOnParameter {
        @Test
        void has(@K8j(nodes = 4) K8jCluster cluster) {}
    }

    @K8j(nodes = 0)
    static class Final {
        @K8j
        private final K8jCluster cluster = null;

        @Test
        void has() {}
    }

    @K8j(nodes = 0)
    static class OtherType {
        @K8j
        private Map<String, String> labels;

        @Test
        void has() {}
    }

    @K8j(nodes = 0, scope = K8j.Scope.METHOD)
    static class TooEarly {
        TooEarly(K8jCluster cluster) {}

        @Test
        void has() {}
    }

    @K8j(nodes = 0, manifests = "classpath:io/k8j/junit/nothing.yaml")
    static class NoFile {
        @Test
        void has(K8jCluster cluster) {}
    }

    record Mistake(Class<?> sample, String... words) {}

    static Stream<Mistake> mistakes() {
        return Stream.of(
                new Mistake(Negative.class, "@K8j on class ", "$Negative: nodes: -1 must not be negative"),
                new Mistake(
                        NoSuchPart.class,
                        "$NoSuchPart: without kubelet: must be controllers, scheduler or metrics-server"),
                new Mistake(TwoMinds.class, "TwoMinds.one", "TwoMinds.two", "want different clusters"),
                new Mistake(AnotherMindOnParameter.class, "says what the cluster is like; that belongs on the class"),
                new Mistake(Final.class, "Final.cluster is final, so nothing can be injected"),
                new Mistake(OtherType.class, "OtherType.labels: a cluster has no java.util.Map; it has K8jCluster"),
                new Mistake(TooEarly.class, "each test has a cluster of its own"),
                new Mistake(
                        NoFile.class,
                        "start the cluster of @K8j on class ",
                        "$NoFile: there is no resource io/k8j/junit/nothing.yaml on the class path"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakesAreToldWithTheirPlace(Mistake mistake) {
        Events events = run(mistake.sample());
        assertThat(events.failed().stream().map(AnnotationsTest::message))
                .isNotEmpty()
                .allSatisfy(message -> assertThat(message).contains(mistake.words()));
    }

    private static String message(Event event) {
        return event.getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                .getThrowable()
                .map(Throwable::getMessage)
                .orElse("");
    }
}
