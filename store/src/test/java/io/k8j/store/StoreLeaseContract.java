package io.k8j.store;

import static io.k8j.store.Store.ABSENT;
import static io.k8j.store.Store.ANY_REVISION;
import static io.k8j.store.Store.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every store promises of leases. */
abstract class StoreLeaseContract extends StoreWatchContract {
    private long putLeased(String key, long lease) {
        return put(key, "x", ANY_REVISION, WriteOptions.RELAXED.withLease(lease));
    }

    @Test
    void keysGoWithTheirLease() {
        long lease = store.grant(Duration.ofHours(1));
        putLeased("/b", lease);
        putLeased("/a", lease);
        put("/c", "x");
        var listener = new RecordingListener();
        store.watch("/", NOW, listener);
        letPass(Duration.ofMinutes(59));
        assertThat(store.timeToLive(lease)).contains(Duration.ofMinutes(1));
        assertThat(show(store.list("/"))).hasSize(3);
        letPass(Duration.ofMinutes(2));
        assertThat(show(store.list("/"))).containsExactly("/c=x");
        assertThat(store.timeToLive(lease)).isEmpty();
        assertThat(listener.told)
                .filteredOn(line -> line.startsWith("delete"))
                .extracting(line -> line.replaceAll("@.*", ""))
                .containsExactlyInAnyOrder("delete /a", "delete /b");
    }

    @Test
    void aLeaseThatIsKeptAliveGoesOn() {
        long lease = store.grant(Duration.ofSeconds(60));
        putLeased("/a", lease);
        letPass(Duration.ofSeconds(40));
        assertThat(store.keepAlive(lease)).isTrue();
        letPass(Duration.ofSeconds(40));
        assertThat(value("/a")).isEqualTo("x");
        letPass(Duration.ofSeconds(40));
        assertThat(value("/a")).isEqualTo("absent");
        assertThat(store.keepAlive(lease)).isFalse();
    }

    @Test
    void aRevokedLeaseTakesItsKeysAtOnce() {
        long lease = store.grant(Duration.ofSeconds(60));
        putLeased("/a", lease);
        assertThat(store.revoke(lease)).isTrue();
        assertThat(store.revoke(lease)).isFalse();
        assertThat(value("/a")).isEqualTo("absent");
    }

    @Test
    void aLaterWriteDetachesTheKey() {
        long lease = store.grant(Duration.ofSeconds(60));
        long other = store.grant(Duration.ofSeconds(600));
        putLeased("/a", lease);
        putLeased("/b", lease);
        putLeased("/c", lease);
        put("/a", "kept");
        putLeased("/b", other);
        delete("/c");
        put("/c", "new");
        letPass(Duration.ofSeconds(61));
        assertThat(show(store.list("/"))).containsExactly("/a=kept", "/b=x", "/c=new");
        letPass(Duration.ofSeconds(600));
        assertThat(show(store.list("/"))).containsExactly("/a=kept", "/c=new");
    }

    @Test
    void aLeaseThatIsOverTakesNoKeys() {
        long lease = store.grant(Duration.ofSeconds(1));
        store.revoke(lease);
        assertThatThrownBy(() -> store.put("/a", new byte[1], ABSENT, WriteOptions.FSYNC.withLease(lease)))
                .isInstanceOf(LeaseNotFoundException.class);
        assertThat(value("/a")).isEqualTo("absent");
    }
}
