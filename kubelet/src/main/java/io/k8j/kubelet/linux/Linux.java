package io.k8j.kubelet.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The few system calls that Java has no method for. All need root; all throw with the kernel's errno. */
public final class Linux {
    /** Make one file or directory visible at a second place. */
    public static final long MS_BIND = 0x1000;
    /** Apply to all mounts below, too. */
    public static final long MS_REC = 0x4000;
    /** Let mounts made at one place show at its copies. */
    public static final long MS_SHARED = 1L << 20;

    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int STATX_BLOCKS = 0x400;
    private static final long OPENAT2 = 437; // the same number on all architectures
    private static final long O_CLOEXEC = 02000000L;
    private static final long O_NONBLOCK = 04000L;
    private static final long O_PATH_CLOEXEC = 010000000L | O_CLOEXEC;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final long RESOLVE_BENEATH_NO_MAGICLINKS = 0x08 | 0x02;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURED.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");

    private Linux() {}

    private static MethodHandle function(String name, FunctionDescriptor shape, Linker.Option... options) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, options);
    }

    /** Looked up on first use, so that the class does no harm elsewhere than on Linux. */
    private static final class Calls {
        static final MethodHandle MOUNT = function(
                "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS), CAPTURE);
        static final MethodHandle UMOUNT2 =
                function("umount2", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), CAPTURE);
        static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT), CAPTURE);
        static final MethodHandle READ =
                function("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG), CAPTURE);
        static final MethodHandle SETNS =
                function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), CAPTURE);
        static final MethodHandle STATVFS =
                function("statvfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), CAPTURE);
        static final MethodHandle STATX =
                function("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
        static final MethodHandle SYSCALL = function(
                "syscall",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
                CAPTURE,
                Linker.Option.firstVariadicArg(1));
    }

    /** Mounts; {@code source}, {@code type} and {@code data} as mount(2) has them. */
    public static void mount(String source, Path target, String type, long flags, String data) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            int result = (int) Calls.MOUNT.invokeExact(
                    state,
                    arena.allocateFrom(source),
                    arena.allocateFrom(target.toString()),
                    arena.allocateFrom(type),
                    flags,
                    arena.allocateFrom(data));
            check(result, state, "mount " + source + " on " + target);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many files a file system may have, and how many more unprivileged users may make. */
    public record Inodes(long free, long all) {}

    /** Asks the file system that a file lies on. Needs no root. */
    public static Inodes inodes(Path file) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            MemorySegment found = arena.allocate(256, 8); // the same on all 64-bit architectures
            check(
                    (int) Calls.STATVFS.invokeExact(state, arena.allocateFrom(file.toString()), found),
                    state,
                    "look at the file system of " + file);
            return new Inodes(found.get(JAVA_LONG, 56), found.get(JAVA_LONG, 40));
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Bytes of disk that a file takes, links not followed; {@code otherwise} where that cannot be known. */
    static long allocated(Path file, long otherwise) {
        if (!System.getProperty("os.name").equals("Linux")) return otherwise;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(256, 8); // the same on all architectures
            int result = (int) Calls.STATX.invokeExact(
                    AT_FDCWD, arena.allocateFrom(file.toString()), AT_SYMLINK_NOFOLLOW, STATX_BLOCKS, found);
            return result == 0 ? found.get(JAVA_LONG, 48) * 512 : 0; // it has vanished
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes a mount down, once nobody uses it any more. */
    public static void unmount(Path target) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            int result = (int) Calls.UMOUNT2.invokeExact(
                    state, arena.allocateFrom(target.toString()), MNT_DETACH | UMOUNT_NOFOLLOW);
            check(result, state, "unmount " + target);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Binds what lies at {@code relative} below {@code root} to {@code target}. The kernel itself refuses any link that
     * leads out of the root, so no program in a container can trick us by changing links at the right moment.
     */
    public static void bindBeneath(Path root, String relative, Path target) throws IOException {
        int top = open(AT_FDCWD, root.toString(), O_PATH_CLOEXEC, 0);
        try {
            int file = open(top, relative, O_PATH_CLOEXEC, RESOLVE_BENEATH_NO_MAGICLINKS);
            try {
                mount("/proc/self/fd/" + file, target, "", MS_BIND, "");
            } finally {
                close(file);
            }
        } finally {
            close(top);
        }
    }

    /**
     * Moves the calling thread into the network of a process. It must be a platform thread that ends after its work in
     * there: there is no way back, and a virtual thread would take a carrier along.
     */
    public static void enterNetworkOf(long pid) throws IOException {
        if (Thread.currentThread().isVirtual()) throw new IllegalStateException("virtual threads have no network");
        int namespace = open(AT_FDCWD, "/proc/" + pid + "/ns/net", O_CLOEXEC, 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            check(
                    (int) Calls.SETNS.invokeExact(state, namespace, CLONE_NEWNET),
                    state,
                    "enter the network of process " + pid);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            close(namespace);
        }
    }

    private static int open(int directory, String path, long flags, long resolve) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            MemorySegment how = arena.allocate(24, 8); // flags, mode, resolve
            how.set(JAVA_LONG, 0, flags);
            how.set(JAVA_LONG, 16, resolve);
            long result =
                    (long) Calls.SYSCALL.invokeExact(state, OPENAT2, directory, arena.allocateFrom(path), how, 24L);
            check(result, state, "open " + path);
            return (int) result;
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Opens a file for reading; what is not there yet is not waited for. */
    static int openWithoutWaiting(Path file) throws IOException {
        return open(AT_FDCWD, file.toString(), O_NONBLOCK | O_CLOEXEC, 0);
    }

    /** Reads once; answers the number of bytes, or the kernel's errno as a negative number. */
    static int read(int descriptor, MemorySegment buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            long result = (long) Calls.READ.invokeExact(state, descriptor, buffer, buffer.byteSize());
            return result >= 0 ? (int) result : -(int) ERRNO.get(state, 0L);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static void close(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CAPTURED);
            check((int) Calls.CLOSE.invokeExact(state, descriptor), state, "close");
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static void check(long result, MemorySegment state, String what) throws IOException {
        if (result >= 0) return;
        int errno = (int) ERRNO.get(state, 0L);
        throw new IOException("%s: %s".formatted(what, errnoName(errno)));
    }

    private static String errnoName(int errno) {
        return switch (errno) {
            case 1 -> "operation not permitted";
            case 2 -> "no such file or directory";
            case 13 -> "permission denied";
            case 16 -> "device or resource busy";
            case 18 -> "leads out of its directory";
            case 20 -> "not a directory";
            case 22 -> "invalid argument";
            case 40 -> "too many levels of symbolic links";
            default -> "errno " + errno;
        };
    }

    /** All mount points at or below {@code root}, the deepest first. */
    public static List<Path> mountsBelow(Path root) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
            Path point = Path.of(line.split(" ")[4].replace("\\040", " "));
            if (point.startsWith(root)) found.addFirst(point);
        }
        return found;
    }
}
