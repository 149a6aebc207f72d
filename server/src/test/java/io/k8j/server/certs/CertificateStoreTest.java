package io.k8j.server.certs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateStoreTest {
    private static final CertificateRequest SERVER =
            CertificateRequest.server("api", "api", List.of("localhost", "127.0.0.1", "::1"));

    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InstantSource clock = () -> now;

    @Test
    void aGoodCertificateIsKept() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        KeyAndCertificate first = store.obtain(authority, SERVER);

        KeyAndCertificate second = new CertificateStore(directory, clock)
                .obtain(CertificateAuthority.open(directory, "ca", clock), SERVER);

        assertThat(second.certificate()).isEqualTo(first.certificate());
        first.certificate().verify(authority.certificate().getPublicKey());
    }

    @Test
    void oneThatSoonEndsIsRenewed() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        KeyAndCertificate first = store.obtain(authority, SERVER);

        now = now.plus(CertificateAuthority.VALIDITY).minus(Duration.ofDays(89));

        assertThat(store.obtain(authority, SERVER).certificate()).isNotEqualTo(first.certificate());
    }

    @Test
    void oneThatLacksANameIsReplaced() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        KeyAndCertificate first = store.obtain(authority, SERVER);

        KeyAndCertificate second =
                store.obtain(authority, CertificateRequest.server("api", "api", List.of("localhost", "new.example")));

        assertThat(second.certificate()).isNotEqualTo(first.certificate());
        assertThat(second.certificate().getSubjectAlternativeNames())
                .anySatisfy(name -> assertThat(name.get(1)).isEqualTo("new.example"));
    }

    @Test
    void oneOfAnotherAuthorityIsReplaced(@TempDir Path other) throws Exception {
        CertificateStore store = new CertificateStore(directory, clock);
        KeyAndCertificate foreign = store.obtain(CertificateAuthority.open(other, "ca", clock), SERVER);

        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);

        assertThat(store.obtain(authority, SERVER).certificate()).isNotEqualTo(foreign.certificate());
    }

    @Test
    void aDamagedFileIsReplaced() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        store.obtain(authority, SERVER);
        Files.writeString(store.certificateFile("api"), "no certificate");

        store.obtain(authority, SERVER)
                .certificate()
                .verify(authority.certificate().getPublicKey());
    }

    @Test
    void aKeyThatACrashHasLeftWithoutItsCertificateIsReplaced() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        KeyAndCertificate first = store.obtain(authority, SERVER);
        Pem.write(store.keyFile("api"), authority.issue(SERVER).keyPem(), true); // and then the power went

        KeyAndCertificate again = store.obtain(authority, SERVER);

        assertThat(again.certificate()).isNotEqualTo(first.certificate());
        assertThat(store.obtain(authority, SERVER).certificate()).isEqualTo(again.certificate());
    }

    @Test
    void keysAreReadableByTheirOwnerOnly() throws Exception {
        CertificateAuthority authority = CertificateAuthority.open(directory, "ca", clock);
        CertificateStore store = new CertificateStore(directory, clock);
        store.obtain(authority, SERVER);

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.keyFile("api"))))
                .isEqualTo("rw-------");
    }
}
