@echo off
setlocal
set "root=%~dp0"
where java >nul 2>nul || (echo mto: Java is missing; install a JDK 17 or newer 1>&2 & exit /b 2)
where mvn >nul 2>nul || (echo mto: Maven is missing; install Maven 3.8 or newer 1>&2 & exit /b 2)
set "profile=-Dmto.backend=cpu"
if /i "%MTO_BACKEND%"=="cuda" set "profile=-Pcuda"
set "target=%root%mto-bench\target"
set "built="
if exist "%target%\mto.build" set /p built=<"%target%\mto.build"
if exist "%target%\dependencies.classpath" if "%built%"=="%profile%" goto run
echo mto: building ^(the first time downloads about 250 MB, for CUDA 2.7 GB^) ... 1>&2
pushd "%root%"
call mvn -B -q -DskipTests -Dinvoker.skip -Dspotless.check.skip %profile% %MTO_MAVEN_OPTIONS% package || (popd & echo mto: the build failed; see above 1>&2 & exit /b 2)
popd
>"%target%\mto.build" (echo %profile%)
:run
rem set /p would cut the class path after 1023 characters
for /f "usebackq delims=" %%c in ("%target%\dependencies.classpath") do set "classpath=%%c"
if "%OMP_NUM_THREADS%"=="" set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
set "OMP_WAIT_POLICY=PASSIVE"
if "%CUDA_DEVICE_ORDER%"=="" set "CUDA_DEVICE_ORDER=PCI_BUS_ID"
java -XX:+UseSerialGC -Xms256m -Xmn96m -XX:SurvivorRatio=2 -XX:TargetSurvivorRatio=90 -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dmto.root="%root%." -cp "%target%\mto-bench.jar;%classpath%" dev.mto.bench.Mto %*
exit /b %errorlevel%
