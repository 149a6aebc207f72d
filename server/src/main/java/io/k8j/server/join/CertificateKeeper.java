package io.k8j.server.join;

import io.k8j.kubelet.server.KubeletTls;
import io.k8j.model.time.Pace;
import io.k8j.model.time.Time;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks once an hour whether the node's certificates are about to end, and has them renewed then. */
final class CertificateKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateKeeper.class);
    private static final Duration LOOK_OVER = Duration.ofHours(1);

    private final Callable<NodeCertificates> source;
    private final Consumer<NodeCertificates> onRenewal;
    private final Time time;
    private volatile NodeCertificates current;
    private volatile Time.Timer next = () -> {};
    private volatile boolean closed;

    private CertificateKeeper(
            NodeCertificates current,
            Callable<NodeCertificates> source,
            Consumer<NodeCertificates> onRenewal,
            Time time) {
        this.current = current;
        this.source = source;
        this.onRenewal = onRenewal;
        this.time = time;
    }

    /**
     * Begins to look.
     *
     * @param source gives what is good for a while longer, renewed if need be
     * @param onRenewal is told what has changed, on a thread of this object
     */
    static CertificateKeeper start(
            NodeCertificates current,
            Callable<NodeCertificates> source,
            Consumer<NodeCertificates> onRenewal,
            Time time) {
        CertificateKeeper keeper = new CertificateKeeper(current, source, onRenewal, time);
        keeper.lookAgainLater();
        return keeper;
    }

    /** What the kubelet shows to whoever connects now. */
    KubeletTls tls() {
        NodeCertificates now = current;
        try {
            return new KubeletTls(now.serving().key(), now.serving().chain(), now.authorities());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the authority's certificate cannot be read: " + e.getMessage(), e);
        }
    }

    private void lookAgainLater() {
        next = time.after(
                Pace.UPKEEP,
                LOOK_OVER,
                () -> Thread.ofVirtual().name("certificates").start(this::lookOver));
    }

    private void lookOver() {
        try {
            NodeCertificates now = source.call();
            if (!now.same(current)) {
                current = now;
                onRenewal.accept(now);
                LOG.atInfo()
                        .addKeyValue(
                                "until",
                                now.client().certificate().getNotAfter().toInstant())
                        .log("certificates renewed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Exception e) { // whatever it was, it is tried again
            LOG.atError().setCause(e).log("certificates could not be renewed; trying again in an hour");
        }
        if (!closed) {
            lookAgainLater();
        }
    }

    @Override
    public void close() {
        closed = true;
        next.cancel();
    }
}
