package io.k8j.kubelet.pods.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.k8j.kubelet.cri.v1.SupplementalGroupsPolicy;
import io.k8j.kubelet.pods.spec.NodeInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxConfigsTest {
    @TempDir
    Path dir;

    private NodeInfo node;

    @BeforeEach
    void resolver() throws IOException {
        Path resolvConf = dir.resolve("resolv.conf");
        Files.writeString(resolvConf, "nameserver 1.1.1.1\nnameserver 2.2.2.2\nsearch corp.example\n");
        node = new NodeInfo(
                "n", List.of(), Map.of(), 0, dir, dir, "/", List.of("10.0.0.10"), "cluster.local", resolvConf, false);
    }

    private static PodBuilder pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("p")
                .withNamespace("ns")
                .withUid("u")
                .endMetadata()
                .withNewSpec()
                .endSpec();
    }

    @Test
    void resolversAreGivenNoMoreThanTheyCanTake() {
        List<String> searches =
                IntStream.range(0, 40).mapToObj(i -> "s" + i + ".example").toList();
        Pod pod = pod().editSpec()
                .withDnsPolicy("Default")
                .withNewDnsConfig()
                .withNameservers("3.3.3.3", "4.4.4.4")
                .withSearches(searches)
                .endDnsConfig()
                .endSpec()
                .build();
        PodDns dns = PodDns.of(pod, node);
        assertThat(dns.config().getServersList()).containsExactly("1.1.1.1", "2.2.2.2", "3.3.3.3");
        assertThat(dns.config().getSearchesList()).hasSize(32).startsWith("corp.example", "s0.example");
        assertThat(dns.warnings())
                .containsExactly(
                        "Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line"
                                + " is: 1.1.1.1 2.2.2.2 3.3.3.3",
                        "Search Line limits were exceeded, some search paths have been omitted, the applied search line"
                                + " is: " + String.join(" ", dns.config().getSearchesList()));
        assertThat(PodDns.of(pod().build(), node).warnings()).isEmpty();
    }

    @Test
    void aFullNameThatIsTooLongIsTold() {
        Pod pod = pod().editSpec()
                .withHostname("h".repeat(40))
                .withSubdomain("sub")
                .withSetHostnameAsFQDN(true)
                .endSpec()
                .build();
        String fqdn = "h".repeat(40) + ".sub.ns.svc.cluster.local";
        assertThat(SandboxConfigs.hostnameTrouble(pod, node))
                .isEqualTo("failed to construct FQDN from pod hostname and cluster domain, FQDN " + fqdn
                        + " is too long (64 characters is the max, 65 characters requested)");
        assertThat(SandboxConfigs.hostnameTrouble(
                        pod.edit().editSpec().withHostname("h").endSpec().build(), node))
                .isEmpty();
    }

    @Test
    void theRuntimeIsToldWhichGroupsCount() {
        Pod pod = pod().editSpec()
                .withNewSecurityContext()
                .withSupplementalGroupsPolicy("Strict")
                .endSecurityContext()
                .endSpec()
                .build();
        assertThat(SandboxConfigs.of(pod, 0, node)
                        .getLinux()
                        .getSecurityContext()
                        .getSupplementalGroupsPolicy())
                .isEqualTo(SupplementalGroupsPolicy.Strict);
    }
}
