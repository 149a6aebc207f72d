package io.k8j.apiserver.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.k8j.apiserver.admission.HookUsers.User;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which user of a kubeconfig a webhook is asked as. */
class HookUsersTest {
    record Case(String name, List<String> users, String target, String expected) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case("the whole address", List.of("a.b.svc:443", "a.b.svc", "*"), "a.b.svc:443", "a.b.svc:443"),
                new Case("a pattern with the port", List.of("*.b.svc:443", "a.b.svc"), "a.b.svc:443", "*.b.svc:443"),
                new Case("the longer pattern", List.of("*.svc:8443", "*.b.svc:8443"), "a.b.svc:8443", "*.b.svc:8443"),
                new Case("the host for port 443", List.of("a.b.svc", "*"), "a.b.svc:443", "a.b.svc"),
                new Case("the host for no other port", List.of("a.b.svc", "*"), "a.b.svc:8443", "*"),
                new Case(
                        "a pattern without the port",
                        List.of("*.example.com", "*"),
                        "x.y.example.com:443",
                        "*.example.com"),
                new Case("no pattern for the bare name", List.of("*.example.com", "*"), "example.com:443", "*"),
                new Case("everyone's", List.of("*"), "10.0.0.1:9443", "*"),
                new Case("an address of the newer kind", List.of("fd00::1"), "[fd00::1]:443", "fd00::1"),
                new Case("the current context's", List.of("other"), "a.b.svc:443", "otherwise"));
    }

    private static User user(String name) {
        return new User(List.of(), () -> Optional.of(name), Map.of(), () -> {});
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theNearestNameCounts(Case c) {
        HookUsers users = new HookUsers(
                new ArrayList<>(c.users()).stream().collect(Collectors.toMap(name -> name, HookUsersTest::user)),
                user("otherwise"));
        assertThat(users.of(c.target()).authorization().get()).as(c.name()).contains(c.expected());
    }

    @org.junit.jupiter.api.Test
    void withoutAFileNobodyIsNamed() {
        assertThat(HookUsers.NONE.of("a.b.svc:443")).isSameAs(User.ANONYMOUS);
    }
}
