package io.k8j.kubelet.containerd;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes the image of the process that holds a sandbox's namespaces, so that none need be pulled: one static program of
 * some hundred bytes that ignores SIGCHLD (the kernel then reaps orphans for it), ends at SIGTERM or SIGINT, and
 * otherwise sleeps.
 */
public final class PauseImage {
    /** The name under which the image is imported and named in containerd's configuration. */
    public static final String NAME = "k8j.io/pause:1";

    private static final long LOAD_ADDRESS = 0x400000;
    private static final int HEADERS = 0x40 + 0x38; // ELF header and one program header

    /*
     * rt_sigaction(SIGTERM, stop), rt_sigaction(SIGINT, stop), rt_sigaction(SIGCHLD, SIG_IGN), then pause() for ever;
     * stop: exit_group(0). The two kernel sigaction records follow the code; x86-64 wants SA_RESTORER in them.
     */
    private static final String X86_64 = """
            b80d000000 bf0f000000 488d353f000000 31d2 41ba08000000 0f05
            b80d000000 bf02000000 0f05
            b80d000000 bf11000000 488d3538000000 0f05
            b822000000 0f05 ebf7
            b8e7000000 31ff 0f05 0f1f4000
            bb00400000000000 0000000400000000 bb00400000000000 0000000000000000
            0100000000000000 0200000400000000 0000000000000000 0000000000000000
            """;

    /* The same for 64-bit ARM, which has ppoll() without end instead of pause(). */
    private static final String AARCH_64 = """
            c81080d2 e00180d2 41030010 020080d2 030180d2 010000d4
            c81080d2 400080d2 81020010 020080d2 010000d4
            c81080d2 200280d2 e1020010 020080d2 010000d4
            000080d2 010080d2 020080d2 030080d2 040080d2 280980d2 010000d4 f9ffff17
            c80b80d2 000080d2 010000d4 1f2003d5
            d800400000000000 0000000000000000 0000000000000000 0000000000000000
            0100000000000000 0200000000000000 0000000000000000 0000000000000000
            """;

    private PauseImage() {}

    /**
     * Makes the image as an OCI layout in a tar archive, the same bytes each time.
     *
     * @param architecture Go's name: {@code amd64} or {@code arm64}
     * @throws IllegalArgumentException for another architecture
     */
    public static byte[] archive(String architecture) {
        byte[] layer = new Tar().file("pause", 0755, program(architecture)).bytes();
        String config = """
                {"architecture":"%s","os":"linux","config":{"Entrypoint":["/pause"],"User":"65535:65535"},\
                "rootfs":{"type":"layers","diff_ids":["%s"]}}""".formatted(architecture, digest(layer));
        byte[] configBytes = config.getBytes(StandardCharsets.UTF_8);
        String manifest = """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},\
                "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"%s","size":%d}]}""".formatted(digest(configBytes), configBytes.length, digest(layer), layer.length);
        byte[] manifestBytes = manifest.getBytes(StandardCharsets.UTF_8);
        String index = """
                {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "digest":"%s","size":%d,"platform":{"architecture":"%s","os":"linux"},\
                "annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}""".formatted(digest(manifestBytes), manifestBytes.length, architecture, NAME, NAME);
        return new Tar()
                .file("oci-layout", 0644, "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(StandardCharsets.UTF_8))
                .file("index.json", 0644, index.getBytes(StandardCharsets.UTF_8))
                .file(blob(layer), 0644, layer)
                .file(blob(configBytes), 0644, configBytes)
                .file(blob(manifestBytes), 0644, manifestBytes)
                .bytes();
    }

    /** The program as an ELF file. */
    static byte[] program(String architecture) {
        byte[] code = HexFormat.of().parseHex(code(architecture).replaceAll("\\s", ""));
        short machine = (short) (architecture.equals("amd64") ? 62 : 183);
        int size = HEADERS + code.length;
        ByteBuffer elf = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0x464c457f).put((byte) 2).put((byte) 1).put((byte) 1).position(16); // 64 bit, little endian
        elf.putShort((short) 2).putShort(machine).putInt(1); // an executable with fixed addresses
        elf.putLong(LOAD_ADDRESS + HEADERS).putLong(0x40).putLong(0); // entry, program headers, no sections
        elf.putInt(0).putShort((short) 0x40).putShort((short) 0x38).putShort((short) 1);
        elf.putShort((short) 0).putShort((short) 0).putShort((short) 0);
        elf.putInt(1).putInt(5).putLong(0).putLong(LOAD_ADDRESS).putLong(LOAD_ADDRESS); // load, readable, executable
        elf.putLong(size).putLong(size).putLong(0x10000);
        return elf.put(code).array();
    }

    private static String code(String architecture) {
        return switch (architecture) {
            case "amd64" -> X86_64;
            case "arm64" -> AARCH_64;
            default -> throw new IllegalArgumentException("architecture '" + architecture + "': have amd64 and arm64");
        };
    }

    /** This machine's architecture by Go's name. */
    public static String hostArchitecture() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "x86_64" -> "amd64";
            case "aarch64" -> "arm64";
            default -> name;
        };
    }

    private static String blob(byte[] content) {
        return "blobs/" + digest(content).replace(':', '/');
    }

    private static String digest(byte[] content) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
