package io.k8j.store.disk;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Paths like the machine's own, which lead to a {@link ForgetfulDisk}. What the store does not use is refused, so that a
 * new use of it is noticed instead of passing unsimulated.
 */
final class ForgetfulFileSystem extends FileSystem {
    private final ForgetfulProvider provider;

    ForgetfulFileSystem(ForgetfulDisk disk) {
        this.provider = new ForgetfulProvider(disk, this);
    }

    /** The marker of this file system's paths. */
    private interface Ours extends Path {
        Path real();
    }

    /** Makes a path of this file system, with the same names as the given one. */
    Path path(Path real) {
        return (Path) Proxy.newProxyInstance(
                ForgetfulFileSystem.class.getClassLoader(), new Class<?>[] {Ours.class}, (proxy, method, arguments) -> {
                    switch (method.getName()) {
                        case "real":
                            return real;
                        case "getFileSystem":
                            return this;
                        case "iterator":
                            return StreamSupport.stream(real.spliterator(), false)
                                    .map(this::path)
                                    .iterator();
                        default:
                    }
                    Object[] unwrapped = arguments == null
                            ? null
                            : Arrays.stream(arguments)
                                    .map(argument -> argument instanceof Ours ours ? ours.real() : argument)
                                    .toArray();
                    try {
                        Object result = method.invoke(real, unwrapped);
                        return result instanceof Path path ? path(path) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    static Path real(Path path) {
        return ((Ours) path).real().toAbsolutePath();
    }

    @Override
    public ForgetfulProvider provider() {
        return provider;
    }

    @Override
    public Path getPath(String first, String... more) {
        return path(Path.of(first, more));
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return false;
    }

    @Override
    public String getSeparator() {
        return "/";
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return List.of(getPath("/"));
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return List.of();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return Set.of("basic");
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        throw new UnsupportedOperationException();
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
