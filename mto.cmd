@echo off
setlocal
set "root=%~dp0"
set "java=java"
if not "%JAVA_HOME%"=="" set "java=%JAVA_HOME%\bin\java.exe"
if "%JAVA_HOME%"=="" where java >nul 2>nul || (echo mto: Java is missing; install a JDK 17 or newer 1>&2 & exit /b 2)
if not "%JAVA_HOME%"=="" if not exist "%java%" (echo mto: there is no Java in JAVA_HOME; set it to a JDK 17 or newer 1>&2 & exit /b 2)
rem the class path of Spark is made by the shell script alone
:arguments
if "%~1"=="--cluster" (echo mto: --cluster needs the shell script mto, in WSL or on Linux, or spark-submit; see docs/scale.md 1>&2 & exit /b 2)
shift /1
if not "%~1"=="" goto arguments
set "commit=unknown"
set "target=%root%mto-bench\target"
if exist "%root%pom.xml" goto sources
if not exist "%root%lib\commit" goto sources
rem a distribution: the jars are in lib
set /p commit=<"%root%lib\commit"
set "classpath=%root%lib\*"
goto run
:sources
set "maven=mvn"
where mvn >nul 2>nul || set "maven=%root%mvnw.cmd"
set "profile=-Dmto.backend=cpu"
if /i "%MTO_BACKEND%"=="cuda" set "profile=-Pcuda"
if not "%MTO_BACKEND%"=="" if /i not "%MTO_BACKEND%"=="cuda" if /i not "%MTO_BACKEND%"=="cpu" (echo mto: MTO_BACKEND must be cpu or cuda 1>&2 & exit /b 2)
for /f %%c in ('git -C "%root%." rev-parse --short HEAD 2^>nul') do set "commit=%%c"
rem another commit is built anew; what is edited and not committed is not noticed
set "wanted=%profile% %commit%"
set "built="
if exist "%target%\mto.build" set /p built=<"%target%\mto.build"
if exist "%target%\dependencies.classpath" if "%built%"=="%wanted%" goto built
echo mto: building ^(the first time downloads about 250 MB, for CUDA 2.7 GB^) ... 1>&2
pushd "%root%"
call "%maven%" -B -q -T 1C -DskipTests -Dmto.test.compile.skip -Dinvoker.skip -Dspotless.check.skip %profile% %MTO_MAVEN_OPTIONS% package || (popd & echo mto: the build failed; see above 1>&2 & exit /b 2)
popd
>"%target%\mto.build" (echo %wanted%)
:built
rem set /p would cut the class path after 1023 characters
for /f "usebackq delims=" %%c in ("%target%\dependencies.classpath") do set "classpath=%target%\mto-bench.jar;%%c"
:run
if "%OMP_NUM_THREADS%"=="" set "OMP_NUM_THREADS=%NUMBER_OF_PROCESSORS%"
set "OMP_WAIT_POLICY=PASSIVE"
if "%CUDA_DEVICE_ORDER%"=="" set "CUDA_DEVICE_ORDER=PCI_BUS_ID"
rem listeners and baselines of others; a folder that is not there is passed over
set "classpath=%classpath%;%root%plugins\*"
"%java%" -XX:+UseSerialGC -Xms256m -Xmn96m -XX:SurvivorRatio=2 -XX:TargetSurvivorRatio=90 -Djava.awt.headless=true -Dfile.encoding=UTF-8 -Dorg.bytedeco.javacpp.maxbytes=0 -Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dmto.commit=%commit% -Dmto.root="%root%." %MTO_JAVA_OPTIONS% -cp "%classpath%" dev.mto.bench.Mto %*
exit /b %errorlevel%
