package io.k8j.apiserver.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.model.resource.GroupVersionResource;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestPathTest {
    record Case(
            String path,
            String group,
            String resource,
            String namespace,
            String name,
            String subresource,
            String rest) {}

    static Stream<Case> resources() {
        return Stream.of(
                new Case("/api/v1/pods", "", "pods", "", "", "", ""),
                new Case("/api/v1/namespaces", "", "namespaces", "", "", "", ""),
                new Case("/api/v1/namespaces/a", "", "namespaces", "", "a", "", ""),
                new Case("/api/v1/namespaces/a/status", "", "namespaces", "", "a", "status", ""),
                new Case("/api/v1/namespaces/a/finalize", "", "namespaces", "", "a", "finalize", ""),
                new Case("/api/v1/namespaces/a/pods", "", "pods", "a", "", "", ""),
                new Case("/api/v1/namespaces/a/pods/p", "", "pods", "a", "p", "", ""),
                new Case("/api/v1/namespaces/a/pods/p/exec", "", "pods", "a", "p", "exec", ""),
                new Case("/api/v1/namespaces/a/services/s:80/proxy/x/y", "", "services", "a", "s:80", "proxy", "x/y"),
                new Case(
                        "/apis/apps/v1/namespaces/a/deployments/d/scale", "apps", "deployments", "a", "d", "scale", ""),
                new Case("/apis/g.example/v1/things/t", "g.example", "things", "", "t", "", ""));
    }

    @ParameterizedTest
    @MethodSource("resources")
    void aPathNamesItsResource(Case c) {
        RequestPath path = RequestPath.parse(c.path());

        assertThat(path)
                .isEqualTo(new RequestPath(
                        new GroupVersionResource(c.group(), "v1", c.resource()),
                        c.namespace(),
                        c.name(),
                        c.subresource(),
                        c.rest(),
                        false));
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.ValueSource(
            strings = {"/", "", "/api", "/api/v1", "/api/v1/", "/apis", "/apis/apps", "/apis/apps/v1", "/version", "//"
            })
    void otherPathsNameNone(String path) {
        assertThat(RequestPath.parse(path).resource()).isNull();
    }

    @org.junit.jupiter.api.Test
    void theOldWatchPrefixIsUnderstood() {
        RequestPath path = RequestPath.parse("/api/v1/watch/namespaces/a/pods/p");

        assertThat(path.watch()).isTrue();
        assertThat(path.namespace()).isEqualTo("a");
        assertThat(path.name()).isEqualTo("p");
    }
}
