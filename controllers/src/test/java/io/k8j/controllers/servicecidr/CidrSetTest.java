package io.k8j.controllers.servicecidr;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.IPAddress;
import io.fabric8.kubernetes.api.model.networking.v1.IPAddressBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDRBuilder;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CidrSetTest {
    record Case(String name, String other, String used, boolean canGo) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("nobody has an address", "10.9.0.0/16", "10.9.0.1", true),
                new Case("somebody has one", "10.9.0.0/16", "10.1.0.1", false),
                new Case("a wider range has it, too", "10.0.0.0/8", "10.1.0.1", true),
                new Case("another range has this address", "10.1.0.0/28", "10.1.0.1", true),
                new Case("another range has a part, but not this address", "10.1.1.0/24", "10.1.0.1", false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRangeGoesOnlyWhenNoAddressIsLeftAlone(Case c) {
        ServiceCIDR cidr = cidr("a", "10.1.0.0/16");
        List<ServiceCIDR> all = List.of(cidr, cidr("b", c.other()));
        assertThat(CidrSet.canGo(cidr, all, List.of(address(c.used(), "ipallocator.k8s.io"))))
                .isEqualTo(c.canGo());
    }

    @Test
    void addressesOfOthersHoldNothingBack() {
        ServiceCIDR cidr = cidr("a", "10.1.0.0/16");
        assertThat(CidrSet.canGo(cidr, List.of(cidr), List.of(address("10.1.0.1", "somebody"))))
                .isTrue();
    }

    @Test
    void rangesContainOthersOfTheirFamilyOnly() {
        assertThat(CidrSet.covers("2001:db8::/32", "2001:db8:1::/64")).isTrue();
        assertThat(CidrSet.covers("0.0.0.0/0", "2001:db8:1::/64")).isFalse();
        assertThat(CidrSet.covers("10.0.0.0/24", "10.0.0.0/16")).isFalse();
        assertThat(CidrSet.covers("x", "10.0.0.0/16")).isFalse();
    }

    private static ServiceCIDR cidr(String name, String... ranges) {
        return new ServiceCIDRBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withCidrs(ranges)
                .endSpec()
                .build();
    }

    private static IPAddress address(String name, String manager) {
        return new IPAddressBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels("ipaddress.kubernetes.io/managed-by", manager)
                .endMetadata()
                .build();
    }
}
