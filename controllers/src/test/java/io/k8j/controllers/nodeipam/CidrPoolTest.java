package io.k8j.controllers.nodeipam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CidrPoolTest {
    @Test
    void subnetsAreGivenInOrderAndReused() {
        CidrPool pool = new CidrPool("10.42.0.0/22", 24);
        assertThat(pool.occupy("10.42.1.0/24")).isTrue();
        assertThat(pool.occupy("10.43.0.0/24")).isFalse();
        assertThat(pool.take()).contains("10.42.0.0/24");
        assertThat(pool.take()).contains("10.42.2.0/24");
        assertThat(pool.take()).contains("10.42.3.0/24");
        assertThat(pool.take()).isEmpty();
        pool.release("10.42.1.0/24");
        assertThat(pool.take()).contains("10.42.1.0/24");
    }

    @Test
    void whatWasGivenBackIsGivenAgainAsLateAsPossible() {
        CidrPool pool = new CidrPool("10.42.0.0/22", 24);
        assertThat(pool.take()).contains("10.42.0.0/24");
        pool.release("10.42.0.0/24");
        assertThat(pool.take()).contains("10.42.1.0/24");
        assertThat(pool.take()).contains("10.42.2.0/24");
        assertThat(pool.take()).contains("10.42.3.0/24");
        assertThat(pool.take()).contains("10.42.0.0/24");
    }

    @Test
    void aLargerNetworkCoversSeveral() {
        CidrPool pool = new CidrPool("10.42.0.0/22", 24);
        pool.occupy("10.42.0.0/23");
        assertThat(pool.take()).contains("10.42.2.0/24");
        pool.release("10.42.0.0/23");
        assertThat(pool.take()).contains("10.42.3.0/24");
        assertThat(pool.take()).contains("10.42.0.0/24");
        assertThat(pool.take()).contains("10.42.1.0/24");
    }

    @Test
    void ipv6IsWrittenInItsShortForm() {
        CidrPool pool = new CidrPool("fd00:42::/56", 64);
        assertThat(pool.take()).contains("fd00:42::/64");
        assertThat(pool.take()).contains("fd00:42:0:1::/64");
    }

    @Test
    void aMaskThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> new CidrPool("10.42.0.0/24", 16)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new CidrPool("example.com/16", 24)).hasMessage("invalid IP address: example.com");
    }
}
